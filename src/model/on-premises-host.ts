// A host on premises that a user added: a machine in the network behind a customer gateway. It belongs to the account
// and Region of that gateway.
import type { Resource } from './resource.ts';

/** Its id is its name: `files.corp.example`. */
export interface OnPremisesHost extends Resource {
  readonly customerGatewayId: string;
  readonly address: string;
  /** What it answers by HTTP; without a text, who asks. */
  readonly serves: readonly { readonly port: number; readonly text?: string }[];
  /** Small number unique among such hosts: from it the data plane derives devices. */
  readonly number: number;
  /** Another one with each time it is added: its program starts anew. */
  readonly bootNumber: number;
}

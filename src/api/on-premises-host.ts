// `postern on-premises`: hosts behind customer gateways. AWS knows nothing of them, so whoever reaches the local socket may
// change them.
import { addOnPremisesHost, removeOnPremisesHost } from '../control/on-premises-host.ts';
import { callAs, type CommandOptions, type Commands } from './commands.ts';
import { servesOf } from './internet-host.ts';

interface Body {
  readonly name?: unknown;
  readonly address?: unknown;
  readonly customerGatewayId?: unknown;
  readonly serves?: unknown;
}

const nobody = { ownerId: '', region: '' };

export function onPremisesHostCommands(options: CommandOptions): Commands {
  const { store } = options;
  return {
    'POST /_postern/on-premises/add': (body) => {
      const { name = '', address = '', customerGatewayId = '', serves } = body as Body;
      const asked = {
        name: String(name),
        address: String(address),
        customerGatewayId: String(customerGatewayId),
        serves: servesOf(serves),
      };
      return store.transact((tx) => addOnPremisesHost(callAs(options, tx, nobody), asked));
    },
    'POST /_postern/on-premises/remove': (body) => {
      const { name = '' } = body as Body;
      return store.transact((tx) => {
        removeOnPremisesHost(callAs(options, tx, nobody), String(name));
        return {};
      });
    },
    'POST /_postern/on-premises/list': async () => [...store.snapshot.all('onPremisesHost')],
  };
}

// What a router has dropped of one flow at one place: a counter that its rules keep in a set of the kernel, gone some time
// after the flow's last packet there (countingSeconds). A flow is told as the router first met it, before any
// translation and whatever port its sender took, so the same words find it in whichever direction and wherever it was
// dropped. Who compiles the rules and who asks for a counter name the place alike.
import { digest } from '../std/digest.ts';

/** Sets that rules fill: by connection, in its own direction or in the other; and of what no interface may send. */
export type DropSet = 'dropped' | 'dropped-answers' | 'dropped-at-source';

export interface DropKey {
  readonly namespace: string;
  readonly set: DropSet;
  readonly source: string;
  readonly destination: string;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port of the connection; of ICMP the `icmpPort` of the message that was dropped. */
  readonly port: number;
  /** `placeMark`; of `dropped-at-source` the index of the device it came by. */
  readonly at: number;
}

export interface DropCount {
  readonly packets: number;
  /** Of the IP packets, headers included. */
  readonly bytes: number;
  /** Since the last packet. */
  readonly ageMs: number;
}

/** What stands for an ICMP message where others have a port. */
export function icmpPort(type: number, code: number): number {
  return type * 256 + code;
}

/** The number by which rules and questions know a place: its name is too long for a key of the kernel. */
export function placeMark(place: string): number {
  return Number.parseInt(digest(place).slice(0, 8), 16);
}

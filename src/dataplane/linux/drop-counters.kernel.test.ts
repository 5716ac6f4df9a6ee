// Counters of what rules dropped, read from a real kernel by their keys, by root and by an ordinary user.
import { expect, it } from 'vitest';
import type { DropKey } from '../../plan/drop-counter.ts';
import { readDropCounters } from './drop-counters.ts';
import { Lab, type LabUser, whyNoLab } from './testing/lab.ts';

const flow = { source: '10.0.1.5', destination: '10.0.2.7', protocol: 6, port: 80, at: 0x80000017 } as const;
const key: DropKey = { namespace: 'vpc-1', set: 'dropped', ...flow };
const flags = 'flags dynamic,timeout; timeout 120s;';
const connections = `type ipv4_addr . ipv4_addr . inet_proto . inet_service . mark; ${flags}`;
const table = `
table ip postern {
  set dropped { ${connections}; }
  set dropped-answers { ${connections}; }
  set dropped-at-source { type iface_index . ipv4_addr . ipv4_addr . inet_proto . inet_service; ${flags}; }
}
`;
const elements = `
add element ip postern dropped { 10.0.1.5 . 10.0.2.7 . tcp . 80 . 0x80000017 counter packets 3 bytes 180 }
add element ip postern dropped { 10.0.1.5 . 10.0.2.7 . icmp . 2048 . 0x80000017 counter packets 7 bytes 588 expires 100s }
add element ip postern dropped-at-source { 1 . 10.0.1.5 . 10.0.2.7 . udp . 53 counter packets 1 bytes 40 }
`;

for (const user of ['root', 'ordinary user'] as const satisfies LabUser[]) {
  const reason = await whyNoLab(user);
  it.skipIf(reason !== undefined)(`are read as ${user} needs namespaces${reason ?? ''}`, async () => {
    const lab = await Lab.start(user);
    try {
      await lab.run(['ip', 'netns', 'add', 'vpc-1']);
      await lab.run(['nft', '-f', '-'], { namespace: 'vpc-1', stdin: table });
      await lab.run(['nft', '-f', '-'], { namespace: 'vpc-1', stdin: elements });
      const counts = await readDropCounters(lab.runner(), [
        { ...key, namespace: 'vpc-gone' },
        key,
        { ...key, port: 81 },
        { ...key, protocol: 1, port: 2048 },
        { ...key, set: 'dropped-answers' },
        { ...key, set: 'dropped-at-source', at: 1, protocol: 17, port: 53 },
      ]);
      expect(counts).toEqual([
        undefined,
        { packets: 3, bytes: 180, ageMs: expect.any(Number) },
        undefined,
        { packets: 7, bytes: 588, ageMs: expect.any(Number) },
        undefined,
        { packets: 1, bytes: 40, ageMs: expect.any(Number) },
      ]);
      expect(counts[3]?.ageMs).toBeGreaterThanOrEqual(20_000);
      expect(counts[1]?.ageMs).toBeLessThan(20_000);
    } finally {
      await lab.stop();
    }
  });
}

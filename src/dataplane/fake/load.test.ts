import { describe, expect, it } from 'vitest';
import { loadScript } from './load.ts';

const devices = (name: string) => ({ up: 2, e5: 1005 })[name];
const load = (script: string, before?: ReturnType<typeof loadScript>) => loadScript(before, script, devices);

const declarations = `
  set links {
    typeof iif;
    elements = { "up", 100001 }
  }
  map sources {
    typeof iif . ip saddr : mark;
    elements = { "e5" . 10.0.0.5 : 0x1001 }
  }
  map services {
    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service;
    elements = { 10.0.0.2 . udp . 53 : 248.0.0.53 . 53 }
  }
  map zones {
    typeof iif : ct zone;
    elements = { 1005 : 3 }
  }
  map identities {
    type ipv4_addr : ipv4_addr;
  }
  map verdicts {
    typeof iif : verdict;
    elements = { 1005 : jump out.sg-1 }
  }
  set blocks {
    type ipv4_addr; flags interval;
    elements = { 10.0.0.0/16, 10.1.0.0-10.1.0.9 }
  }`;

const table = (type: string, hook: string, ...rules: string[]) => `table ip postern {${declarations}
  chain base {
    type ${type} hook ${hook} priority -100; policy accept;
${rules.map((rule) => `    ${rule}`).join('\n')}
  }
  chain out.sg-1 {
    return comment "sgr-1"
  }
}
`;

const pre = (rule: string) => load(table('filter', 'prerouting', rule))?.chains.get('base')?.rules[0];
const nat = (rule: string) => load(table('nat', 'prerouting', rule))?.chains.get('base')?.rules[0];

describe('rule text', () => {
  it.each([
    'iif @links accept',
    'oif @links drop',
    'iif 2 drop',
    'iif "up" ct mark set 0x5',
    'meta mark set iif . ip saddr map @sources',
    'ct original zone set iif map @zones',
    'meta mark 0x0 meta mark set iif . ip saddr map @sources',
    'meta mark & 0xfff000 vmap { 0x1000 : jump out.sg-1, 0x2000 : drop }',
    'ip daddr 240.0.0.0/4 drop',
    'ip saddr { 10.0.0.2, 169.254.169.253 } return',
    'ip saddr @blocks tcp dport 80-90 return comment "sgr-2"',
    'ct state vmap { established : accept, related : accept, invalid : drop }',
    'iif vmap @verdicts',
    'meta l4proto tcp goto out.sg-1',
    'meta l4proto 58 accept',
    'icmp type 8 icmp code 0 accept',
    'udp dport 53 jump out.sg-1',
  ])('knows %s', (text) => {
    expect(pre(text)?.text).toBe(text);
  });

  it.each([
    'dnat ip to ip daddr . meta l4proto . th dport map @services',
    'iif "up" dnat ip to ip daddr map @identities',
    'dnat ip to jhash ip saddr . th sport . ip daddr . th dport mod 2 seed 0x1f map { 0 : 10.0.0.5 . 80, 1 : 10.0.0.6 . 80 }',
  ])('knows %s in a nat chain', (text) => {
    expect(nat(text)?.text).toBe(text);
  });

  it.each([
    ['counter accept', /not a statement or expression we know/],
    ['ip saddr != 10.0.0.1 accept', /not a literal of type ipv4_addr/],
    ['ip saddr 10.0.0.256 accept', /not a literal/],
    ['ip ttl 3 accept', /not a statement/],
    ['tcp dport 70000 accept', /not a literal/],
    ['iif "e9" accept', /not a literal of type iface_index/],
    ['jump nowhere', /No such file or directory: chain nowhere/],
    ['jump base', /a base chain cannot be jumped to/],
    ['ip saddr @nothing accept', /No such file or directory: set nothing/],
    ['ip saddr @links accept', /datatype mismatch/],
    ['iif vmap @links', /wrong kind of value/],
    ['ip saddr { 10.0.0.1, 10.0.0.1 } accept', /duplicate element 10.0.0.1/],
    ['accept drop', /after a final one has no effect/],
    ['drop comment bare', /must be quoted/],
    ['drop comment "a" accept', /nothing may follow a comment/],
    [`drop comment "${'x'.repeat(128)}"`, /at most 127/],
    ['meta l4proto set 6', /only a mark or a zone can be set/],
    ['ct original zone set iif . ip saddr map @sources', /wrong kind of value/],
    ['dnat ip to ip daddr map @identities', /Operation not supported: dnat in base/],
    ['dnat ip to jhash ip saddr mod 2 seed 0x1 map { 0 : 10.0.0.5 . 80 }', /each value once/],
    ['', /policy accept/],
  ])('refuses %j', (text, message) => {
    if (text === '')
      expect(() => load('table ip postern { chain a { type nat hook ingress } }')).toThrow(/expected one of/);
    else expect(() => pre(text)).toThrow(message);
  });
});

describe('transactions', () => {
  const before = load(table('filter', 'prerouting', 'iif vmap @verdicts'));

  it('adds, replaces and deletes what nothing refers to', () => {
    const after = load(
      [
        'add set ip postern sg-2 { type ipv4_addr; }',
        'add chain ip postern in.sg-2',
        'flush chain ip postern base',
        'delete element ip postern verdicts { "e5" }',
        'add element ip postern verdicts { "up" : goto in.sg-2 }',
        'add element ip postern sg-2 { 10.0.0.7 }',
        'add rule ip postern in.sg-2 ip saddr @sg-2 accept comment "sgr-3"',
        'delete set ip postern links',
        'delete chain ip postern out.sg-1',
        '',
      ].join('\n'),
      before,
    );
    expect([...(after?.chains.keys() ?? [])]).toEqual(['base', 'in.sg-2']);
    expect(after?.sets.get('verdicts')?.elements.get('2')?.value).toEqual({ kind: 'goto', chain: 'in.sg-2' });
    expect(before?.chains.has('out.sg-1')).toBe(true);
    expect(load('add table ip postern\ndelete table ip postern\n', before)).toBeUndefined();
  });

  it.each([
    ['delete chain ip postern out.sg-1', /busy: chain out.sg-1 is jumped to/],
    ['delete map ip postern verdicts', /busy: verdicts is used in chain base/],
    ['delete set ip postern verdicts', /verdicts is no set/],
    ['add element ip postern links { 2 }', /duplicate element in links/],
    ['add element ip postern blocks { 10.0.3.0/24 }', /conflicting intervals in blocks/],
    ['add element ip postern links { 1-2 }', /not a literal/],
    ['add element ip postern identities { 10.0.0.0/24 : 240.0.0.1 }', /a range in a set without intervals/],
    ['delete element ip postern links { 3 }', /No such file or directory: element of links/],
    ['add chain ip postern base', /File exists/],
    ['add rule ip postern base jump later\nadd chain ip postern later', /chain later/],
    [
      'add chain ip postern a\nadd rule ip postern a jump a\nadd rule ip postern base jump a',
      /deep or circular/,
    ],
    ['add rule ip other base accept', /expected "postern"/],
    ['insert rule ip postern base accept', /no such command/],
  ])('refuses %s', (script, message) => {
    expect(() => load(`${script}\n`, before)).toThrow(message);
  });
});

// Reads what a router has dropped, a few counters of what may be many: each is asked for by its key, which costs the same
// whatever else is there. `nft get element` first reads every element of every set, so the kernel is asked directly, by
// Perl, which Debian always has. Counters are read, never reset.
import type { DropCount, DropKey, DropSet } from '../../plan/drop-counter.ts';
import { tableName } from '../../plan/nft.ts';
import { countingSeconds } from '../../plan/nft-text.ts';
import { type CommandRunner, isNotFound } from './command-runner.ts';
import { insideArgv } from './inside.ts';

/** In the order of the keys; undefined where nothing has been counted, or there is no such namespace or set. */
export async function readDropCounters(
  runner: CommandRunner,
  keys: readonly DropKey[],
): Promise<readonly (DropCount | undefined)[]> {
  const counts: (DropCount | undefined)[] = keys.map(() => undefined);
  const numbered = keys.map((key, i) => ({ key, i }));
  const byNamespace = Map.groupBy(numbered, ({ key }) => key.namespace);
  await Promise.all(
    Array.from(byNamespace, async ([namespace, members]) => {
      const argv = [...insideArgv(namespace), 'perl', '-e', script, tableName];
      const stdin = members.map(({ key }) => `${wordsOf(key).join(' ')}\n`).join('');
      const lines = await linesOf(runner, argv, stdin);
      members.forEach(({ i }, line) => {
        counts[i] = countOf(lines[line] ?? '');
      });
    }),
  );
  return counts;
}

/** None where there is no such namespace. */
async function linesOf(
  runner: CommandRunner,
  argv: readonly string[],
  stdin: string,
): Promise<readonly string[]> {
  try {
    const { stdout } = await runner.run(argv, { stdin });
    return stdout.split('\n');
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The parts of a key of each set, in their order (engine/compile/drop.ts), with their types. */
function wordsOf({ set, source, destination, protocol, port, at }: DropKey): readonly string[] {
  const flow = [`address:${source}`, `address:${destination}`, `byte:${protocol}`, `port:${port}`];
  const place = `number:${at}`;
  const orders: Readonly<Record<DropSet, readonly string[]>> = {
    dropped: [...flow, place],
    'dropped-answers': [...flow, place],
    'dropped-at-source': [place, ...flow],
  };
  return [set, ...orders[set]];
}

/** `packets bytes milliseconds until it is gone`, or nothing. */
function countOf(line: string): DropCount | undefined {
  const [packets, bytes, leftMs] = line.split(' ').map(Number);
  if (packets === undefined || bytes === undefined || leftMs === undefined) return undefined;
  return { packets, bytes, ageMs: Math.max(0, countingSeconds * 1000 - leftMs) };
}

/** Constant text. Each line of stdin is a set and a key in it; an answer for each, empty where there is none. */
const script = `
use strict;
use Errno qw(ENOENT);
use Socket;
my ($table) = @ARGV;
socket(my $netlink, 16, SOCK_RAW, 12) or die "cannot ask the kernel: $!\\n"; # AF_NETLINK, NETLINK_NETFILTER
my %packed = (
    address => sub { inet_aton($_[0]) },
    byte => sub { pack('C x3', $_[0]) },
    port => sub { pack('n x2', $_[0]) },
    number => sub { pack('L', $_[0]) },
);
sub attribute {
    my ($type, $data) = @_;
    my $length = 4 + length($data);
    return pack('S S', $length, $type) . $data . "\\0" x (-$length & 3);
}
sub attributes {
    my ($data) = @_;
    my %found;
    while (length($data) >= 4) {
        my ($length, $type) = unpack('S S', $data);
        last if $length < 4;
        $found{$type & 0x3fff} = substr($data, 4, $length - 4);
        $data = substr($data, ($length + 3) & ~3);
    }
    return %found;
}
my $nested = 0x8000;
while (my $line = <STDIN>) {
    my ($set, @parts) = split ' ', $line;
    my $key = join '', map { my ($type, $value) = split /:/; $packed{$type}->($value) } @parts;
    my $element = attribute($nested | 1, attribute($nested | 1, attribute(1, $key))); # NFTA_LIST_ELEM, NFTA_SET_ELEM_KEY
    my $body = pack('C C n', 2, 0, 0) # struct nfgenmsg, NFPROTO_IPV4
        . attribute(1, "$table\\0") . attribute(2, "$set\\0") . attribute($nested | 3, $element); # NFTA_SET_ELEM_LIST_*
    my $type = 10 << 8 | 13; # NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSETELEM
    send($netlink, pack('L S S L L', 16 + length($body), $type, 1, 0, 0) . $body, 0) or die "cannot ask the kernel: $!\\n";
    defined recv($netlink, my $answer, 65536, 0) or die "the kernel does not answer: $!\\n";
    print answered($answer), "\\n";
}
sub answered {
    my ($length, $type) = unpack('L S', $_[0]);
    if ($type == 2) { # NLMSG_ERROR
        local $! = -unpack('l', substr($_[0], 16, 4));
        return '' if $! == ENOENT;
        die "the kernel does not answer: $!\\n";
    }
    my %list = attributes(substr($_[0], 20, $length - 20));
    my %elements = attributes($list{3});
    my %element = attributes($elements{1});
    my %expression = attributes($element{7} // ''); # NFTA_SET_ELEM_EXPR: name, data
    my %counter = attributes($expression{2} // ''); # NFTA_COUNTER_BYTES, NFTA_COUNTER_PACKETS
    my $left = $element{5} // $element{4} // "\\0" x 8; # NFTA_SET_ELEM_EXPIRATION, NFTA_SET_ELEM_TIMEOUT
    return '' unless defined $counter{2};
    return join ' ', map { unpack('Q>', $_) } $counter{2}, $counter{1}, $left;
}
`;

// Why: a whole question answered. A question whose way is open costs what its traces cost; only where something stands
// in the way are changes searched for.
import type { Snapshot } from '../../model/snapshot.ts';
import type { Health } from '../health.ts';
import type { Explanation, Fix, ProposedChange, Reason } from './answer.ts';
import { applyChange } from './apply.ts';
import { componentsIn, resourceOf } from './components.ts';
import { describe } from './describe.ts';
import { type Asked, type Block, evaluate, type Evaluation } from './evaluate.ts';
import { opensOf } from './opens.ts';
import type { Question } from './question.ts';
import { type Search, search, type Solution } from './search.ts';
import { sendingOf } from './sender.ts';
import { whyNot } from './why-not.ts';

export function explain(snapshot: Snapshot, health: Health, question: Question): Explanation {
  const sending = sendingOf(snapshot, question.from);
  if (sending === undefined) return noSender(snapshot, question);
  const asked: Asked = { question, sending, health };
  const evaluation = evaluate(sending.snapshot, asked);
  const { verdict, resolution, ways, policy, notes } = evaluation;
  const found = evaluation.isOpen ? undefined : search(sending.snapshot, asked, evaluation);
  const reasons = found === undefined ? beyond(evaluation) : reasonsOf(snapshot, evaluation, found);
  const fixes = (found?.solutions ?? []).map((one) => fixOf(sending.snapshot, one));
  const [first] = reasons;
  const explanation = {
    question,
    verdict,
    ...(first === undefined ? {} : { code: first.code, reason: first.text }),
    ...(sending.sender === undefined ? {} : { sender: sending.sender }),
    ...(resolution === undefined ? {} : { resolution }),
    ways,
    ...(policy === undefined ? {} : { policy }),
    reasons,
    fixes,
    notes,
  };
  return { ...explanation, components: componentsIn(sending.snapshot, explanation) };
}

function noSender(snapshot: Snapshot, question: Question): Explanation {
  const { from } = question;
  const id = from.kind === 'internet' ? 'the internet' : from.id;
  const code = 'NO_SOURCE_OR_DESTINATION';
  const text =
    from.kind === 'subnet' ? `${id} is not there, or has no free address` : `${id} is not in the snapshot`;
  const reason: Reason = { code, text, phase: 'destination' };
  const reasons = [{ ...reason, notFixable: whyNot(snapshot, { reason }) }];
  const nothing = { ways: [], fixes: [], notes: [], components: {} };
  return { question, verdict: 'unknown', code, reason: text, reasons, ...nothing };
}

/** Nothing stands in the way, and yet it is not known to be reachable: it leaves for a host that the model does not have. */
function beyond({ verdict, ways }: Evaluation): readonly Reason[] {
  if (verdict === 'reachable') return [];
  const path = ways.map((way) => way.path).find((one) => one.verdict === 'unknown');
  if (path?.verdict !== 'unknown') return [];
  const last = path.forward.at(-1);
  const reason: Reason = { code: path.code, text: path.reason, phase: 'forward' };
  const isByVpn = last?.component.startsWith('vgw-') === true;
  const where = isByVpn ? 'on premises decides (postern on-premises add)' : 'on the internet decides';
  const notFixable = `all that the snapshot knows lets it pass; the host ${where}`;
  return [{ ...reason, ...(last && { component: last.component }), notFixable }];
}

const phases: readonly Reason['phase'][] = ['destination', 'name', 'forward', 'back', 'request'];

/** The first stop of every way, and the stops behind them that the search met. */
function reasonsOf(snapshot: Snapshot, evaluation: Evaluation, { met, stuckAt }: Search): readonly Reason[] {
  const all = new Map<string, Reason>();
  const name = nameReason(evaluation);
  if (name !== undefined) all.set(name.code, name);
  for (const block of [...evaluation.blocks, ...met])
    if (!all.has(keyOf(block))) all.set(keyOf(block), block.reason);
  if (stuckAt !== undefined)
    all.set(keyOf(stuckAt), { ...stuckAt.reason, notFixable: whyNot(snapshot, stuckAt) });
  return [...all.values()].toSorted((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase));
}

/** A name that answers, but not the endpoint that it could mean. */
function nameReason({ resolution, ways }: Evaluation): Reason | undefined {
  const { name, code, vpcId, addresses = [] } = resolution ?? {};
  if (code === undefined || ways.length === 0) return undefined;
  const text = `${name} answers ${addresses.join(', ')} in ${vpcId}, not the endpoint that the VPC has for it`;
  return { code, text, phase: 'name', ...(vpcId === undefined ? {} : { component: vpcId }) };
}

/** The same rules at the same place are one reason, whatever packet met them. */
function keyOf({ reason: { phase, component, stage, decidedBy, text } }: Block): string {
  return JSON.stringify([phase, component, stage, decidedBy?.id ?? text]);
}

function fixOf(snapshot: Snapshot, { steps, verdict }: Solution): Fix {
  let current = snapshot;
  const changes = steps.map((step): ProposedChange => {
    const { change } = step;
    const { text, commands, components } = describe(current, change);
    const after = applyChange(current, change) ?? current;
    const { accountId, region } = ownerOf(after, components[0] ?? '');
    const opens = opensOf(after, step);
    current = after;
    return { change, text, commands, accountId, region, components, opens };
  });
  return { changes, verdict };
}

function ownerOf(snapshot: Snapshot, id: string): Pick<ProposedChange, 'accountId' | 'region'> {
  const found = resourceOf(snapshot, id)?.[0];
  return { accountId: found?.ownerId ?? '', region: found?.region ?? '' };
}

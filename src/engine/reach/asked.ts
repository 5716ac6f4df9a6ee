// What words cannot tell is asked of `trace`, and remembered until something changes.
import type { TraceQuestion } from '../trace/answer.ts';
import { trace } from '../trace/trace.ts';
import type { World } from '../trace/world.ts';
import { type Lane, type Verdict, type Word, wordOf } from './lanes.ts';

export interface Question extends Pick<TraceQuestion, 'from' | 'destination' | 'source'> {
  /** Hosts on premises: nobody else who has the address will do. */
  readonly hosts?: readonly string[];
}

export class Asked {
  private readonly world: World;
  private readonly lanes: readonly Lane[];
  private readonly words = new Map<string, Word>();

  constructor(world: World, lanes: readonly Lane[]) {
    this.world = world;
    this.lanes = lanes;
  }

  /** For these lanes, or all. */
  word(question: Question, wanted?: Word): Word {
    const key = `${question.from} ${question.destination} ${question.source} ${question.hosts?.[0]} ${wanted}`;
    const known = this.words.get(key);
    if (known !== undefined) return known;
    const word = wordOf(this.lanes, (lane, i) => {
      return wanted === undefined || ((wanted >>> i) & 1) === 1
        ? this.verdict(question, lane)
        : 'not-reachable';
    });
    this.words.set(key, word);
    return word;
  }

  forget(): void {
    this.words.clear();
  }

  private verdict({ hosts, ...question }: Question, { protocol, port }: Lane): Verdict {
    const { snapshot, health } = this.world;
    const { verdict, paths } = trace(snapshot, health, { ...question, protocol, destinationPort: port });
    const isElsewhere = paths.some(
      (path) => path.verdict === 'reachable' && !hosts?.includes(path.arrival.id),
    );
    return hosts !== undefined && isElsewhere ? 'not-reachable' : verdict;
  }
}

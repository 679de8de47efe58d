/** One caller's wait for what becomes of some events, and each event's part of it. */
import type { Attributes } from '@opentelemetry/api';
import type { NewSpan, TraceContext } from '../../runtime/tracing.ts';
import type { Decision } from '../../schemas/decision.ts';
import { hashOfText } from './id-hash.ts';
import type { Refusal } from './recent-refusals.ts';

/** An appended event whose outcome somebody waits for. */
export interface Awaited {
  readonly topic: string;
  readonly offset: number;
  readonly transferId: string;
  /** True of the decision that an event of this name brought. */
  readonly isOn: (decision: Decision) => boolean;
  /** False where that event had other content: this one will be refused. */
  readonly isAnswer: (decision: Decision) => boolean;
}

export type Verdict = { readonly decision: Decision } | { readonly refusal: Refusal };

/** The span of waiting for what becomes of some events. */
export function waitSpan(events: number, parent: TraceContext): NewSpan {
  return { name: 'await decision', kind: 'internal', parent, attributes: { 'weir.await.events': events } };
}

/** What came of the wait: how often each outcome, and the one of all where there is but one. */
export function outcomesOf(verdicts: readonly (Verdict | null)[]): Attributes {
  const counts: { [outcome: string]: number } = {};
  for (const verdict of verdicts) {
    const outcome = verdict === null ? 'timeout' : 'decision' in verdict ? verdict.decision.outcome : 'refused';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  const [outcome = 'none', ...others] = Object.keys(counts);
  return {
    'weir.decision.outcome': others.length === 0 ? outcome : 'mixed',
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`weir.decision.count.${name}`, count])),
  };
}

export class Waiter {
  readonly awaited: Awaited;
  readonly hash: number;
  /** The decision in force where this event repeats one that was decided before; told once it was not refused. */
  stored: Decision | null = null;
  verdict: Verdict | null = null;
  readonly #onSettled: () => void;

  constructor(awaited: Awaited, onSettled: () => void) {
    this.awaited = awaited;
    this.hash = hashOfText(awaited.transferId);
    this.#onSettled = onSettled;
  }

  settle(verdict: Verdict): void {
    if (this.verdict !== null) return;
    this.verdict = verdict;
    this.#onSettled();
  }

  /** Settles where a decision is the answer to this event. */
  offer(decision: Decision): void {
    if (this.isOn(decision) && this.awaited.isAnswer(decision)) this.settle({ decision });
  }

  isOn(decision: Decision): boolean {
    return decision.transferId === this.awaited.transferId && this.awaited.isOn(decision);
  }
}

export class Wait {
  readonly waiters: readonly Waiter[];
  #open: number;
  readonly #done = Promise.withResolvers<void>();

  constructor(awaited: readonly Awaited[]) {
    this.#open = awaited.length;
    this.waiters = awaited.map((one) => new Waiter(one, () => this.#countDown()));
  }

  get settled(): boolean {
    return this.#open === 0;
  }

  get verdicts(): readonly (Verdict | null)[] {
    return this.waiters.map(({ verdict }) => verdict);
  }

  /** Resolves when all is settled, or at the deadline with what is. */
  async within(timeoutMs: number): Promise<readonly (Verdict | null)[]> {
    const deadline = setTimeout(() => this.end(), timeoutMs);
    await this.#done.promise;
    clearTimeout(deadline);
    return this.verdicts;
  }

  /** Ends the wait now, as its deadline would. */
  end(): void {
    this.#done.resolve();
  }

  #countDown(): void {
    if (--this.#open === 0) this.#done.resolve();
  }
}

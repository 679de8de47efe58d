/**
 * The bank of the demo does as Weir says: a transfer settles once it was accepted, waits while it is
 * held, and never settles when it was rejected. Without an answer in time nothing is paid.
 */
import type { Outcome } from '../../schemas/decision.ts';
import type { TransferStatus } from '../../schemas/events/transfer.ts';
import type { GeneratedEvent } from './events.ts';

/** Answers the decision in force, or null where there is none in time. */
export type OutcomeOf = (transferId: string) => Promise<Outcome | null>;

const MOVES_MONEY: readonly TransferStatus[] = ['settled', 'partially_settled', 'returned', 'reversed'];

/** Held transfers that are waited for; the oldest give way. 2,000 events of half a kilobyte: 1 MB. */
const WAITING_MAX = 2_000;

/** The transfer whose acceptance an event needs, or null where it needs none. */
export function needsAcceptance({ topic, event }: GeneratedEvent): string | null {
  if (topic === 'payments') return event.transferId;
  return topic === 'transfers' && MOVES_MONEY.includes(event.status) ? event.transferId : null;
}

export class Gate {
  readonly #outcomeOf: OutcomeOf;
  /** What waits for an approval, by transfer, in the order in which it began to wait. */
  #waiting = new Map<string, GeneratedEvent[]>();

  constructor(outcomeOf: OutcomeOf) {
    this.#outcomeOf = outcomeOf;
  }

  /** Those of the events that may be sent now. */
  async admit(events: readonly GeneratedEvent[]): Promise<GeneratedEvent[]> {
    const outcomes = await Promise.all(
      events.map((event) => {
        const transferId = needsAcceptance(event);
        return transferId === null ? ('accept' as const) : this.#outcomeOf(transferId);
      }),
    );
    return events.filter((event, index) => {
      if (outcomes[index] === 'hold') this.#wait(event);
      return outcomes[index] === 'accept';
    });
  }

  /** What was held and has been released since; it happens now. */
  async released(now: number): Promise<GeneratedEvent[]> {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting = new Map();
    return (await this.admit(waiting)).map((event) => atNow(event, now));
  }

  #wait(event: GeneratedEvent): void {
    const transferId = needsAcceptance(event) as string;
    const events = this.#waiting.get(transferId) ?? [];
    events.push(event);
    this.#waiting.set(transferId, events);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > WAITING_MAX && oldest !== undefined) this.#waiting.delete(oldest);
  }
}

function atNow(event: GeneratedEvent, now: number): GeneratedEvent {
  return { ...event, event: { ...event.event, at: now } } as GeneratedEvent;
}

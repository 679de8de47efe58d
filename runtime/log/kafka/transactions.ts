/**
 * The transactions of one transactional id, one after the other, each opened only when all that goes into it
 * is complete. A fence initialises the producer, which shuts out an earlier holder and completes or undoes
 * what it left open.
 *
 * A broker ends a transaction that stays open too long, and refuses its producer from then on as if another
 * had taken over. So whoever failed asks to go on as the producer that it was (KIP-360): that is refused only
 * where another did take over, and it can shut out nobody.
 *
 * Partitions are added by a request of their own, though brokers from 4.0 on could do it while they take the
 * records: as long as the transaction before is still being marked, such a broker tries again only each 20 ms,
 * and we after one. Where commits follow at once, which is the rule under load, that makes 25 ms of 5.
 */
import { unlessAbandoned } from '../../abandon.ts';
import { monotonicNow } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import type { KafkaClient, Patience } from './client.ts';
import { CodeError, isOfKafka, refuseCode, refuseCodes } from './errors.ts';
import { askEnding, askOpen, type Ending } from './hanging.ts';
import { type Output, type Producer, Sequences, sendOutputs, sendParts } from './produce.ts';
import type { Framed } from './record-batches.ts';
import { addPartitionsToTransaction, endTransaction, initProducerId, type Place, type ProducerId } from './requests.ts';

export interface TransactionsParts {
  /** Connects at the first fence: an owner has connections of its own, since a broker works off one request a connection at a time. */
  readonly connect: () => Promise<KafkaClient>;
  readonly transactionalId: string;
  /** What is done in these transactions, for messages. */
  readonly what: string;
  /** A broker ends a transaction that stays open longer; until then its readers wait for it. */
  readonly timeoutMs: number;
  /** Wherever these transactions may write. */
  readonly places: readonly Place[];
  /** Told of what a broker left undone. */
  readonly onTrouble: (error: unknown) => void;
}

/** Sending what makes a transaction may not take as long as the broker leaves it open. */
const PATIENCE_SHARE = 0.8;
/** Whoever takes over, or finds out how a commit ended, can do nothing else meanwhile: brokers that are away are waited for. */
export const TAKEOVER_PATIENCE_MS = 300_000;
/** What no client was ever seen to have lost. */
const NEVER_LOOKED = -1;

/** The same, as long as somebody wants to take over. */
export function takingOver(signal?: AbortSignal): Patience & { readonly ms: number } {
  return { ms: TAKEOVER_PATIENCE_MS, signal };
}

export class Transactions {
  readonly #parts: TransactionsParts;
  #client: KafkaClient | null = null;
  /** Null before the first fence, and from a transaction that failed to the next fence. */
  #producer: Producer | null = null;
  /** The producer that this was last; null before the first fence, and once another took over. */
  #own: ProducerId | null = null;
  /** How the last transaction ended, from when its coordinator forgets that until nothing of it is open any more. */
  #ending: Ending | null = null;
  /** Connections that were lost when it last looked for what hangs. */
  #losses = 0;

  constructor(parts: TransactionsParts) {
    this.#parts = parts;
  }

  /**
   * Takes over at first, and again after `LOG_FENCED`; otherwise goes on as before, which is refused with
   * `LOG_FENCED` where another took over meanwhile. Answers the client for what is read next. `signal` gives it up:
   * who has taken over then is not known.
   */
  async fence(signal?: AbortSignal): Promise<KafkaClient> {
    this.#producer = null;
    this.#client ??= await unlessAbandoned(this.#parts.connect(), signal);
    try {
      await this.#begin(this.#client, takingOver(signal));
    } catch (error) {
      throw this.#explained(error);
    }
    return this.#client;
  }

  /** The same for whoever may not take over, and gets `LOG_FENCED` again and again. */
  async goOn(): Promise<KafkaClient> {
    if (this.#own !== null) return this.fence();
    this.#producer = null;
    throw this.#fenced('another took over');
  }

  /** A connection was lost since it last looked for what hangs, and no failed commit makes it look. */
  get mayHang(): boolean {
    return this.#producer !== null && this.#client !== null && this.#client.losses !== this.#losses;
  }

  /** Does what the next commit would do first, for whoever may have none to send for a long time. */
  async endHanging(signal: AbortSignal): Promise<void> {
    if (!this.mayHang) return;
    try {
      await this.#begin(this.#client as KafkaClient, { signal });
    } catch (error) {
      if (isRefusal(error)) this.#producer = null;
      // Whatever comes next, a commit or another look, begins anew.
      else this.#losses = NEVER_LOOKED;
      throw this.#explained(error);
    }
  }

  /** Sends outputs and commits them; answers the first offset of each. After a failure nothing goes before a fence. */
  commit(outputs: readonly Output[]): Promise<number[]> {
    return this.#commit(outputs, (client, producer) => sendOutputs(client, producer, outputs));
  }

  /** The same for what goes to one partition and is made while it is sent; answers its first offset. */
  commitParts(place: Place, parts: Iterable<Framed>): Promise<number> {
    return this.#commit([place], (client, producer) => sendParts(client, producer, place, parts));
  }

  /** Lets nothing more be committed before the next fence. */
  drop(): void {
    this.#producer = null;
  }

  async #commit<T>(
    places: readonly Place[],
    send: (client: KafkaClient, producer: Producer) => Promise<T>,
  ): Promise<T> {
    const client = this.#client;
    if (this.#producer === null || client === null) throw this.#fenced('it has to fence first');
    try {
      const producer = await this.#open(client, this.#producer, places);
      const sent = await send(client, producer);
      await this.#end(client, producer, true);
      return sent;
    } catch (error) {
      // The transaction may be open, committed or undone: the next fence finds out.
      this.#producer = null;
      throw isRefusal(error) ? await this.#whyRefused(client, error) : this.#explained(error);
    }
  }

  /**
   * Where a connection was lost, a broker may have gone and left the transaction before open: that is looked for first,
   * since this one would end it as well.
   */
  async #open(client: KafkaClient, before: Producer, places: readonly Place[]): Promise<Producer> {
    const deadline = monotonicNow() + this.#patienceMs;
    for (let producer = before; ; ) {
      const lost = () => client.losses !== this.#losses;
      if (lost()) producer = await this.#begin(client, takingOver());
      try {
        await this.#add(client, producer, places, lost);
        return producer;
      } catch (error) {
        if (!lost() || isRefusal(error) || monotonicNow() > deadline) throw error;
      }
    }
  }

  async #begin(client: KafkaClient, patience: Patience): Promise<Producer> {
    const { transactionalId, what, timeoutMs } = this.#parts;
    const own = this.#own;
    this.#losses = client.losses;
    const asking = () => askEnding(client, transactionalId);
    const asked = await client.patiently(`asking for the last of ${what}`, asking, patience);
    const ending = asked === 'unknown' ? (this.#ending ?? asked) : asked;
    // Answered only once the transaction before has ended everywhere, however it ended.
    const { id, epoch } = await client.patiently(
      `taking over ${what}`,
      async () => {
        const answer = await client.sendToCoordinator(transactionalId, initProducerId(transactionalId, timeoutMs, own));
        refuseCode(answer.code, `taking over ${what}`);
        return answer;
      },
      // From this request on only who sent it knows how the last transaction ended: it is not given up while that counts.
      { ...patience, finishes: true },
    );
    this.#own = { id, epoch };
    this.#ending = ending;
    const producer = { id, epoch, transactionalId, sequences: new Sequences() };
    await this.#endOpen(client, producer, ending, { ms: patience.ms });
    this.#ending = null;
    this.#producer = producer;
    return producer;
  }

  /** Ends as it ended what the broker says is over, and left open all the same. */
  async #endOpen(client: KafkaClient, producer: Producer, ending: Ending, patience: Patience): Promise<void> {
    const { what, places, onTrouble } = this.#parts;
    const asking = () => askOpen(client, places, producer.id);
    const open = await client.patiently(`asking what is open of ${what}`, asking, patience);
    if (open.length === 0) return;
    const where = open.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
    if (ending === 'unknown') {
      throw new WeirError(
        'LOG_UNAVAILABLE',
        `A broker left ${what} open for ever in ${where}, and nothing tells how it ended; abort it with kafka-transactions.sh.`,
      );
    }
    onTrouble(
      new WeirError('LOG_UNAVAILABLE', `A broker left ${what} open in ${where}; it is ended there: ${ending}.`),
    );
    await this.#add(client, producer, open);
    await this.#end(client, producer, ending === 'commit');
  }

  /** Refused for a moment after the transaction before, until its end is marked everywhere. Given up where `isOff` says so. */
  async #add(
    client: KafkaClient,
    producer: Producer,
    places: readonly Place[],
    isOff: () => boolean = () => false,
  ): Promise<void> {
    const { transactionalId, what } = this.#parts;
    const adding = async () => {
      if (isOff()) throw new WeirError('LOG_UNAVAILABLE', `${what} is begun anew: a connection was lost.`);
      const request = addPartitionsToTransaction(transactionalId, producer, places);
      refuseCodes(await client.sendToCoordinator(transactionalId, request), `${what} to`);
    };
    await client.patiently(what, adding, { ms: this.#patienceMs });
  }

  async #end(client: KafkaClient, producer: Producer, commits: boolean): Promise<void> {
    const { transactionalId, what } = this.#parts;
    const ending = async () => {
      const request = endTransaction(transactionalId, producer, commits);
      refuseCode((await client.sendToCoordinator(transactionalId, request)).code, what);
    };
    await client.patiently(what, ending, { ms: this.#patienceMs });
  }

  get #patienceMs(): number {
    return this.#parts.timeoutMs * PATIENCE_SHARE;
  }

  /** Why the broker does not know the producer any more: it lost patience with it, or another took over. */
  async #whyRefused(client: KafkaClient, refusal: unknown): Promise<unknown> {
    try {
      await this.#begin(client, takingOver());
    } catch (error) {
      return this.#explained(error);
    } finally {
      this.#producer = null;
    }
    const message = `The broker ended a transaction of ${this.#parts.what}, and nobody took over.`;
    return new WeirError('LOG_UNAVAILABLE', message, { cause: refusal });
  }

  #explained(error: unknown): unknown {
    if (isRefusal(error)) {
      this.#own = null;
      this.#ending = null;
      return this.#fenced('another took over', error);
    }
    if (!isOfKafka(error)) return error;
    return new WeirError('LOG_UNAVAILABLE', `${this.#parts.what} failed: ${error.message}`, { cause: error });
  }

  #fenced(why: string, cause?: unknown): WeirError {
    return new WeirError('LOG_FENCED', `${this.#parts.what} was refused: ${why}.`, { cause });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof CodeError && error.remedy === 'fenced';
}

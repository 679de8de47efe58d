/**
 * Transfers from a seed for the test of windows against SQL: late, beyond lateness, at equal times and
 * exactly a window apart, repeated, refused, amended, and with everything that may become of a transfer.
 */
import { Random } from '../../producers/demo/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';

export type Json = { readonly [name: string]: unknown };
type Transfer = Json & { readonly transferId: string; readonly at: string; readonly status: string };

/** What may become of a transfer, by its status. From `settled` on little does. */
const NEXT: { readonly [status: string]: readonly string[] } = {
  submitted: ['settled', 'settled', 'settled', 'failed', 'cancelled', 'partially-settled', 'submitted', 'submitted'],
  'partially-settled': ['partially-settled', 'settled', 'failed', 'cancelled', 'returned', 'reversed'],
  settled: ['returned', 'reversed'],
};
/** From here on transfers are held or rejected; upstream then sends no parts of them. */
const LARGE_MINOR = 20_000_000;

interface Standing {
  readonly last: Transfer;
  readonly requestedMinor: number;
  readonly partMinor: number;
}

export class WindowTraffic {
  /** Dead letters that the events so far must end in. */
  refusals = 0;
  readonly #random: Random;
  readonly #parties: number;
  readonly #open: Standing[] = [];
  readonly #sent: Transfer[] = [];
  #now: number;
  #number = 0;

  constructor(seed: number, { parties, startAt }: { readonly parties: number; readonly startAt: number }) {
    this.#random = new Random(seed, 1);
    this.#parties = parties;
    this.#now = startAt;
  }

  /** So many new transfers and what becomes of them, over some time. */
  *events(transfers: number, stepMs: number): Iterable<Transfer> {
    for (let index = 0; index < transfers; index++) {
      this.#now += this.#random.below(stepMs * 2);
      yield this.#submit();
      if (this.#random.chance(0.75)) yield* this.#goOn();
      if (this.#random.chance(0.08)) yield this.#random.pick(this.#sent);
      if (this.#random.chance(0.03)) yield this.#refused();
    }
  }

  /** The last of many subjects' history: each exactly a window behind another transfer of the same two parties. */
  *lastAtEdges(windowMs: number): Iterable<Transfer> {
    const from = this.#now - windowMs;
    const others = this.#sent.filter(({ at }) => Date.parse(at) > from && Date.parse(at) < from + 6 * HOUR_MS);
    for (const { debtor, creditor, at } of others.sort((left, right) => (left.at < right.at ? -1 : 1))) {
      this.#now = Date.parse(at) + windowMs;
      const amount = { minor: this.#amount(), currency: 'CNY' };
      const transferId = `T-${++this.#number}`;
      const last: Transfer = {
        transferId,
        at: instant(this.#now),
        kind: 'transfer',
        status: 'submitted',
        debtor,
        creditor,
        amount,
      };
      this.#sent.push(last);
      yield last;
    }
  }

  /** A settlement of any transfer, whatever was decided about it. */
  settle(transfer: Json): Json {
    return { ...transfer, eventId: this.#eventId(), at: instant(this.#now), status: 'settled' };
  }

  byId(transferId: string): Json | undefined {
    return this.#sent.findLast((one) => one.transferId === transferId);
  }

  get now(): number {
    return this.#now;
  }

  #submit(): Transfer {
    const random = this.#random;
    const roll = random.next();
    const requestedMinor = this.#amount();
    // A transfer may be first heard of as settled, in part or whole, or as an attempt that failed.
    const first = roll < 0.9 || requestedMinor >= LARGE_MINOR ? 'submitted' : roll < 0.97 ? 'settled' : 'failed';
    const [debtor, creditor] = this.#ends();
    const transfer: Transfer = {
      transferId: `T-${++this.#number}`,
      at: this.#time(),
      kind: 'transfer',
      status: roll > 0.995 && first === 'failed' ? 'partially-settled' : first,
      debtor,
      creditor,
      amount: { minor: requestedMinor, currency: 'CNY' },
      ...(random.chance(0.5) ? { device: `device-${random.below(5)}` } : {}),
      ...(random.chance(0.5) ? { maker: `maker-${random.below(5)}` } : {}),
    };
    const partMinor = transfer.status === 'partially-settled' ? requestedMinor : 0;
    this.#sent.push(transfer);
    this.#open.push({ last: transfer, requestedMinor, partMinor });
    return transfer;
  }

  /** A further event of some transfer that may have one. */
  *#goOn(): Iterable<Transfer> {
    const random = this.#random;
    // Mostly of a recent one: others have long been settled.
    const index = Math.max(0, this.#open.length - 1 - random.below(random.chance(0.8) ? 30 : 2_000));
    const { last, requestedMinor, partMinor } = this.#open[index]!;
    const ways = NEXT[last.status];
    if (ways === undefined) return;
    const status = random.pick(ways);
    const large = requestedMinor >= LARGE_MINOR;
    if (large && status === 'partially-settled') return;
    const minor = this.#minorOf(status, requestedMinor, partMinor);
    const next: Transfer = {
      ...last,
      eventId: this.#eventId(),
      at: status === 'submitted' ? this.#time() : instant(this.#now),
      status,
      amount: { minor, currency: 'CNY' },
      // Now and then an amendment names another payee, and later perhaps the first one again.
      ...(status === 'submitted' && random.chance(0.4) ? { creditor: this.#otherPayee(last) } : {}),
    };
    this.#sent.push(next);
    this.#open[index] = {
      last: next,
      requestedMinor: status === 'submitted' ? minor : requestedMinor,
      partMinor: status === 'partially-settled' ? minor : partMinor,
    };
    yield next;
  }

  /** Parts and returns are cumulative. */
  #minorOf(status: string, requestedMinor: number, partMinor: number): number {
    const random = this.#random;
    if (status === 'submitted') return this.#amount();
    if (status === 'partially-settled') return random.whole(Math.max(1, partMinor), requestedMinor);
    if (status === 'returned') return random.chance(0.3) ? requestedMinor : random.whole(1, requestedMinor);
    return requestedMinor;
  }

  /** What every subject must refuse alike: a reused eventId, an impossible change, a return of nothing. */
  #refused(): Transfer {
    const random = this.#random;
    this.refusals++;
    const before = random.pick(this.#open).last;
    const roll = random.below(3);
    if (roll === 0) return { ...before, amount: { minor: 77, currency: 'CNY' } };
    const fresh = { ...before, eventId: this.#eventId(), at: instant(this.#now) };
    if (roll === 1 && (before.status === 'failed' || before.status === 'settled')) {
      return { ...fresh, status: 'partially-settled' };
    }
    return { ...fresh, transferId: `unknown-${++this.#number}`, status: 'returned' };
  }

  #time(): string {
    const random = this.#random;
    const roll = random.next();
    const now = this.#now;
    if (roll < 0.55 || this.#sent.length === 0) return instant(now);
    if (roll < 0.7) return this.#sent.at(-1)!.at;
    if (roll < 0.85) return instant(now - random.below(2 * HOUR_MS));
    if (roll < 0.92) return instant(now - random.below(20 * HOUR_MS));
    if (roll < 0.95) return instant(now - DAY_MS - random.below(2 * DAY_MS));
    // Exactly a window behind another, and a millisecond less.
    const other = Date.parse(this.#sent[Math.max(0, this.#sent.length - 1 - random.below(100))]!.at);
    return instant(Math.min(now, other + random.pick([30 * MINUTE_MS, HOUR_MS]) - random.below(2)));
  }

  #amount(): number {
    const random = this.#random;
    const roll = random.next();
    if (roll < 0.94) return Math.floor(random.logBetween(100, 3_000_000));
    return roll < 0.985 ? random.whole(LARGE_MINOR, 90_000_000) : random.whole(600_000_000, 900_000_000);
  }

  #ends(): [Json, Json] {
    const from = this.#party();
    let to = this.#party();
    while (to === from) to = this.#party();
    return [this.#end(from), this.#end(to)];
  }

  #otherPayee({ debtor }: Transfer): Json {
    const from = (debtor as { party?: string; account: string }).party;
    const others = ['P-1', 'P-2', 'P-3'].filter((one) => one !== from);
    return this.#end(this.#random.pick(others));
  }

  /** Few parties have most of the traffic. */
  #party(): string {
    return `P-${Math.floor(this.#parties * this.#random.next() ** 2)}`;
  }

  /** Two accounts a party; some parties are no customers and go by their account. */
  #end(party: string): Json {
    const account = `${party}/${this.#random.below(2)}`;
    return party.endsWith('7') ? { account: party } : { party, account };
  }

  #eventId(): string {
    return `E-${++this.#number}`;
  }
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

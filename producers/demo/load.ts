/**
 * Transfers for measuring, not for looking at: made for less than a microsecond each, so that the maker
 * does not hide what is measured. Parties pay and are paid by Zipf's law; the busiest are merchants and
 * payrolls, as in life, and a small part arrives late.
 */
import type { Customer } from '../../schemas/events/customer.ts';
import type { Endpoint, Transfer } from '../../schemas/events/transfer.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { DEMO_ZONE } from './calendar.ts';
import { hashOf, Random } from './random.ts';
import { deviceName } from './world.ts';

export interface LoadOptions {
  readonly count: number;
  readonly parties: number;
  /** Exponent of Zipf's law; 0.9 gives the busiest of 50,000 about a twentieth of all. */
  readonly zipf: number;
  readonly days: number;
  readonly startAt: number;
  readonly latePercent: number;
  readonly seed: number;
}

/** Part of the parties that are organisations; they come first, so they are the busiest. */
const ORGANISATION_SHARE = 0.03;
const LATEST_MS = 20 * HOUR_MS;
/** Draws are looked up in tables of this many entries (a power of two). */
const TABLE = 1 << 14;

export class LoadTransfers implements Iterable<Transfer> {
  readonly customers: readonly Customer[];
  readonly #options: LoadOptions;
  readonly #organisations: number;
  readonly #endpoints: readonly Endpoint[];
  readonly #devices: readonly string[];
  readonly #sessions: readonly string[];
  readonly #medians: Float64Array;
  readonly #ranks: Ranks;
  readonly #factors: Float64Array;
  readonly #stepMs: number;

  constructor(options: LoadOptions) {
    const { parties, seed } = options;
    this.#options = options;
    this.#organisations = Math.max(2, Math.round(parties * ORGANISATION_SHARE));
    const random = new Random(seed);
    this.#endpoints = Array.from({ length: parties }, (_, rank) => endpointOf(rank));
    this.#devices = Array.from({ length: parties }, (_, rank) => deviceName(hashOf(seed, rank)));
    this.#sessions = Array.from({ length: parties }, (_, rank) => `s-${hashOf(seed, rank, 1).toString(36)}`);
    this.#medians = Float64Array.from({ length: parties }, () => random.logNormal(40_000, 0.8));
    this.#factors = Float64Array.from({ length: TABLE }, () => random.logNormal(1, 0.7));
    this.#ranks = new Ranks(parties, options.zipf);
    this.#stepMs = (options.days * DAY_MS) / options.count;
    this.customers = this.#endpoints.map((endpoint, rank) => this.#fileOf(endpoint, rank));
  }

  /**
   * Each transfer in order of arrival. It is one and the same object every time, filled anew: encode or
   * copy it before asking for the next.
   */
  *[Symbol.iterator](): Generator<Transfer> {
    const { count, startAt, latePercent, seed } = this.#options;
    const random = new Random(seed, 1);
    const transfer = emptyTransfer(this.#endpoints[0] as Endpoint);
    const late = latePercent / 100;
    for (let index = 0; index < count; index++) {
      const payer = this.#ranks.draw(random.next());
      const drawn = this.#ranks.draw(random.next());
      const payee = drawn === payer ? (drawn + 1) % this.#endpoints.length : drawn;
      const arrives = startAt + Math.floor(index * this.#stepMs);
      const organisation = payer < this.#organisations;
      transfer.transferId = `T-${(1_000_000_000 + index).toString(36)}-${payer.toString(36)}`;
      transfer.at = random.next() < late ? arrives - Math.floor(random.logBetween(MINUTE_MS, LATEST_MS)) : arrives;
      transfer.debtor = this.#endpoints[payer] as Endpoint;
      transfer.creditor = this.#endpoints[payee] as Endpoint;
      const factor = this.#factors[random.below(TABLE)] as number;
      transfer.amount.minor = Math.round((this.#medians[organisation ? payee : payer] as number) * factor) + 1;
      transfer.channel = organisation ? 'api' : 'mobile';
      transfer.device = organisation ? null : (this.#devices[payer] as string);
      transfer.session = organisation ? null : (this.#sessions[payer] as string);
      transfer.maker = organisation ? 'u-clerk' : null;
      yield transfer;
    }
  }

  #fileOf(endpoint: Endpoint, rank: number): Customer {
    const organisation = rank < this.#organisations;
    return {
      customerId: endpoint.party as string,
      eventId: null,
      at: this.#options.startAt - 100 * DAY_MS,
      kind: organisation ? 'organisation' : 'person',
      name: null,
      country: 'CN',
      zone: DEMO_ZONE,
      tags: organisation ? [rank % 2 === 0 ? 'merchant' : 'payroll'] : [],
      industry: null,
      accounts: [endpoint.account],
      ownGroup: null,
      taxNumber: null,
      contact: null,
      accountManager: null,
      creditLimit: null,
    };
  }
}

function endpointOf(rank: number): Endpoint {
  const account = `6222${String(rank * 104_729 + 15_485_863).padStart(15, '0')}`;
  return { party: `C-${String(rank).padStart(6, '0')}`, account, name: null, country: 'CN', group: null };
}

function emptyTransfer(nobody: Endpoint): Transfer {
  return {
    transferId: '',
    eventId: null,
    at: 0,
    kind: 'transfer',
    status: 'submitted',
    debtor: nobody,
    creditor: nobody,
    amount: { minor: 0, currency: 'CNY' },
    channel: null,
    device: null,
    session: null,
    location: null,
    maker: null,
    batch: null,
    purpose: null,
    historical: null,
  };
}

/** Ranks by Zipf's law: a guide table finds the neighbourhood, a few steps the rank. */
class Ranks {
  readonly #rising: Float64Array;
  readonly #guide: Uint32Array;

  constructor(length: number, exponent: number) {
    this.#rising = new Float64Array(length);
    let sum = 0;
    for (let rank = 0; rank < length; rank++) {
      sum += (rank + 1) ** -exponent;
      this.#rising[rank] = sum;
    }
    for (let rank = 0; rank < length; rank++) this.#rising[rank] = (this.#rising[rank] as number) / sum;
    this.#guide = new Uint32Array(TABLE);
    let rank = 0;
    for (let slot = 0; slot < TABLE; slot++) {
      while ((this.#rising[rank] as number) < slot / TABLE) rank++;
      this.#guide[slot] = rank;
    }
  }

  draw(uniform: number): number {
    let rank = this.#guide[Math.floor(uniform * TABLE)] as number;
    while ((this.#rising[rank] as number) <= uniform && rank < this.#rising.length - 1) rank++;
    return rank;
  }
}

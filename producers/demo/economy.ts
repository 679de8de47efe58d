/**
 * The economy of the demo, day by day. What happens on a day follows from the seed and the day alone;
 * so a stream can begin at any moment, and begun twice it is the same.
 */
import type { Customer } from '../../schemas/events/customer.ts';
import type { Label } from '../../schemas/label.ts';
import { dayStart, localDay } from './calendar.ts';
import { type Draft, transferIdOf } from './draft.ts';
import type { Arrival, GeneratedEvent } from './events.ts';
import { LONGEST_LIFE_MS, live } from './life.ts';
import { billsBetween, debtors, invoiceOf, isOpenAt, payBills, paymentsBefore } from './ordinary/bills.ts';
import { bankTakings, paySuppliers, SUPPLIER_CHANCE } from './ordinary/business.ts';
import { buyLarge, goShopping, handleCash, meetStrangers, payFriends, sendToFamily } from './ordinary/daily.ts';
import { changeFiles, customerFiles } from './ordinary/files.ts';
import type { Day, Habit } from './ordinary/habit.ts';
import { payRent, payUtilities, payWages } from './ordinary/monthly.ts';
import { type Case, casesOf, LATE_PAYER, type Planted, STAGED, wakingCase } from './planted/cases.ts';
import { DORMANT, lastWaking, sleepers, wake } from './planted/dormant.ts';
import { Random } from './random.ts';

import { buildWorld, type World } from './world.ts';

export interface EconomyOptions {
  readonly seed: number;
  /** Customers: people and organisations. */
  readonly parties: number;
  readonly transfersPerPartyPerDay: number;
  readonly planted: Planted;
  /** Only cases that lie whole between these instants are played. */
  readonly from: number;
  readonly to: number;
}

const HABITS: readonly Habit[] = [
  payWages,
  payRent,
  payUtilities,
  goShopping,
  payFriends,
  sendToFamily,
  buyLarge,
  meetStrangers,
  handleCash,
  bankTakings,
  paySuppliers,
];

/** Streams of the habits' randomness; bills come after the others. */
const STREAM = { habits: 100, bills: 150 } as const;

/** Longest span of a staged case, in days. */
const SPAN_DAYS = Math.max(...STAGED.map(({ spanDays }) => spanDays));

export class Economy {
  readonly world: World;
  readonly #options: EconomyOptions;
  readonly #perPerson: number;
  readonly #takings: number;
  readonly #lateShare: number;
  readonly #wakingShare: number;
  /** Cases by the day on which they begin; those of the last weeks only. */
  readonly #cases = new Map<number, readonly Case[]>();

  constructor(options: EconomyOptions) {
    this.#options = options;
    this.world = buildWorld(options.seed, options.parties);
    const rate = options.transfersPerPartyPerDay;
    this.#takings = Math.min(1, rate);
    this.#perPerson = Math.max(0.02, (rate * options.parties - this.#recurring()) / this.world.awake);
    const perMonth = (typology: string) => ((options.planted[typology] ?? 0) * options.parties) / 1_000;
    this.#lateShare = Math.min(0.5, perMonth(LATE_PAYER.id) / debtors(this.world).length);
    // A sleeper wakes every 340 days on average.
    const wakings = ((this.world.people.length - this.world.awake) * 30) / 340;
    this.#wakingShare = Math.min(1, perMonth(DORMANT.id) / wakings);
  }

  customers(): Customer[] {
    return customerFiles(this.world);
  }

  /** What was there before `from`: bills not yet paid, and the last that was heard of the sleepers. */
  *past(): Generator<GeneratedEvent> {
    const { from } = this.#options;
    const today = localDay(from);
    for (const person of sleepers(this.world)) {
      const last = lastWaking(this.world, person, today - 3);
      const waking = wakingCase(this.world, wake(this.world, person, last, this.#wakingShare));
      const leg = waking.legs[0];
      if (leg !== undefined) yield* this.#submittedAlone(leg.transferId, leg.draft);
    }
    for (const bill of billsBetween(this.world, today, today, this.#lateShare)) {
      if (!isOpenAt(bill, from)) continue;
      yield { topic: 'invoices', event: invoiceOf(bill) };
      for (const event of paymentsBefore(bill, today)) yield { topic: 'payments', event };
    }
  }

  /** All events that arrive in `[from, to)`, in order of arrival. */
  *arrivals(from = this.#options.from, to = this.#options.to): Generator<Arrival> {
    let waiting: Arrival[] = [];
    const firstDay = localDay(Math.max(from - LONGEST_LIFE_MS, this.#options.from));
    for (let day = firstDay; dayStart(day) < to; day++) {
      this.#addDay(day, waiting);
      const end = Math.min(to, dayStart(day + 1));
      waiting.sort((a, b) => a.arrivesAt - b.arrivesAt);
      let next = 0;
      for (; next < waiting.length; next++) {
        const arrival = waiting[next] as Arrival;
        if (arrival.arrivesAt >= end) break;
        if (arrival.arrivesAt >= from) yield arrival;
      }
      waiting = waiting.slice(next);
    }
  }

  /** What is planted and begins on a day; a late payer's day is the first after the bill was due, or the economy's first. */
  *labelsOf(day: number): Generator<Label> {
    for (const { labels } of this.#casesFrom(day)) yield* labels;
    const { from } = this.#options;
    for (const bill of billsBetween(this.world, day, day, this.#lateShare)) {
      const told = dayStart(bill.issuedDay) >= from || isOpenAt(bill, from);
      const found = Math.max(bill.dueDay + 1, localDay(from));
      if (bill.delayDays <= 0 || found !== day || !told) continue;
      const account = bill.customer.endpoint.party as string;
      yield { account, typology: LATE_PAYER.id, transferIds: [], case: bill.invoiceId, role: 'subject' };
    }
  }

  #addDay(number: number, into: Arrival[]): void {
    const { seed, from } = this.#options;
    const give = (arrival: Arrival) => {
      if (arrival.event.at >= from) into.push(arrival);
    };
    const begin = (transferId: string, draft: Draft) => {
      if (draft.at >= from) live(seed, transferId, draft, give);
    };
    const prompt = (event: GeneratedEvent) => give({ ...event, arrivesAt: event.event.at + 200 });
    HABITS.forEach((habit, row) => {
      habit(this.#dayOf(number, STREAM.habits + row, begin));
    });
    const bills = [...billsBetween(this.world, number, number, this.#lateShare)];
    payBills(this.#dayOf(number, STREAM.bills, begin), bills);
    for (const bill of bills) {
      if (bill.issuedDay === number) prompt({ topic: 'invoices', event: invoiceOf(bill) });
    }
    changeFiles(this.world, number, prompt);
    for (let day = number - SPAN_DAYS; day <= number; day++) {
      for (const played of this.#casesFrom(day)) {
        for (const { transferId, draft } of played.legs) {
          if (localDay(draft.at) === number) begin(transferId, draft);
        }
        for (const extra of played.extras) if (localDay(extra.event.at) === number) prompt(extra);
      }
    }
    for (const day of this.#cases.keys()) if (day < number - SPAN_DAYS) this.#cases.delete(day);
  }

  #dayOf(day: number, stream: number, begin: (transferId: string, draft: Draft) => void): Day {
    const { seed } = this.#options;
    let ordinal = 0;
    return {
      world: this.world,
      day,
      perPerson: this.#perPerson,
      takings: this.#takings,
      random: new Random(seed, stream, day),
      emit: (draft) => begin(transferIdOf(seed, draft.at, [stream, day, ordinal++]), draft),
    };
  }

  /** The cases that begin on a day and lie whole between the ends, wakings of sleepers among them. */
  #casesFrom(day: number): readonly Case[] {
    const known = this.#cases.get(day);
    if (known !== undefined) return known;
    const { parties, planted, from, to } = this.#options;
    const cases = casesOf(this.world, day, parties, planted);
    for (const person of sleepers(this.world)) {
      if (lastWaking(this.world, person, day) !== day) continue;
      cases.push(wakingCase(this.world, wake(this.world, person, day, this.#wakingShare)));
    }
    const whole = cases.filter(({ legs }) => legs.every(({ draft }) => draft.at >= from && draft.at < to));
    this.#cases.set(day, whole);
    return whole;
  }

  /** What is long over: the transfer as it was submitted, and nothing of what became of it. */
  *#submittedAlone(transferId: string, draft: Draft): Generator<GeneratedEvent> {
    const arrivals: Arrival[] = [];
    live(this.#options.seed, transferId, draft, (arrival) => arrivals.push(arrival));
    const first = arrivals[0];
    if (first !== undefined) yield { topic: first.topic, event: first.event } as GeneratedEvent;
  }

  /** Transfers of a day that nobody chooses to make: wages, rent, bills, takings, suppliers. */
  #recurring(): number {
    const { people, awake, merchants, firms } = this.world;
    const employed = people.filter(({ employer, index }) => employer >= 0 && index < awake).length;
    const renting = people.filter(({ landlord, index }) => landlord >= 0 && index < awake).length;
    const companies = merchants.length + firms.length;
    const monthly = employed + renting + awake + companies;
    const workdays = 5 / 7;
    return monthly / 30.4 + workdays * (merchants.length * this.#takings + companies * SUPPLIER_CHANCE);
  }
}

/**
 * The control book (控制): settings, lists, rates, emergency measures and the clock, as the task has heard of them.
 * Every task has all of it, so what must stop a payment at its payee is known at its payer.
 */
import { LONG_MAX, LONG_MIN } from '../../schemas/declare.ts';
import { type Control as ControlEvent, type Rate, SEGMENT } from '../../schemas/events/control.ts';

interface ListVersion {
  readonly version: string;
  readonly members: ReadonlySet<string>;
}

/** An emergency measure (应急措施) for all customers, or a segment of them. */
export interface Measure {
  readonly segment: string | null;
  /** When it ends, ms; Infinity where it does not by itself. */
  readonly until: number;
  /** What limits are multiplied by; null where payouts are stopped. */
  readonly percent: number | null;
}

/** What tells a customer apart for measures. */
export interface Told {
  readonly kind: string | null;
  readonly tags: readonly string[];
  readonly grade: string;
}

/** Members of lists and freezes are bounded by what control sends: some 60 bytes a member. */
export class Control {
  /** Settings in force, canonical JSON; empty until the first ones come. */
  settings = '';
  /** Time of the last tick, ms. */
  tick = Number.NEGATIVE_INFINITY;
  /** Party or account → when its freeze ends, ms; Infinity where it does not by itself. */
  readonly freezes = new Map<string, number>();
  /** Party or account → the entry that froze it. */
  readonly frozenBy = new Map<string, string>();
  /** Entry → the measure that it brought, until it is undone or over. */
  readonly measures = new Map<string, Measure>();
  /** List → its version in force; only closed ones. */
  readonly lists = new Map<string, ListVersion>();
  /** List and version → members heard so far: versions may come side by side. */
  readonly pending = new Map<string, Set<string>>();
  /** Currency → rate and when it came, ms. */
  readonly rates = new Map<string, { rate: Rate; at: number }>();
  /** Rules switched off by a control entry. */
  readonly switchedOff = new Set<string>();
  /** Counts changes, so that what was derived knows when it is old. */
  stamp = 0;

  /** Takes in an entry. Answers whether settings or switches changed. */
  apply(event: ControlEvent): boolean {
    switch (event.kind) {
      case 'tick':
        this.tick = Math.max(this.tick, event.at);
        for (const [id, { until }] of this.measures) if (until <= this.tick) this.measures.delete(id);
        return false;
      case 'settings':
        this.settings = event.settings ?? '';
        this.stamp++;
        return true;
      case 'rule_switch':
        if (event.enabled === false) this.switchedOff.add(event.rule!);
        else this.switchedOff.delete(event.rule!);
        this.stamp++;
        return true;
      case 'freeze':
        this.freezes.set(event.party!, event.until ?? Number.POSITIVE_INFINITY);
        this.frozenBy.set(event.party!, event.controlId);
        return false;
      case 'unfreeze':
        this.#unfreeze(event.party!);
        return false;
      case 'stop_payouts':
      case 'tighten':
        this.#take(event);
        return false;
      case 'undo':
        this.#undo(event.measure!);
        return false;
      case 'rates':
        for (const rate of event.rates) this.rates.set(rate.currency, { rate, at: event.at });
        return false;
      case 'list_part':
      case 'list_close':
        this.#list(event);
        return false;
    }
  }

  /** The book as plain JSON, for a checkpoint. An end that is never is null there. */
  toJson() {
    return {
      settings: this.settings,
      tick: Number.isFinite(this.tick) ? this.tick : null,
      freezes: [...this.freezes].map(([id, until]) => [id, Number.isFinite(until) ? until : null] as const),
      frozenBy: [...this.frozenBy],
      measures: [...this.measures].map(
        ([id, measure]) => [id, { ...measure, until: untilJson(measure.until) }] as const,
      ),
      lists: [...this.lists].map(([name, { version, members }]) => [name, version, [...members]] as const),
      pending: [...this.pending].map(([key, members]) => [key, [...members]] as const),
      rates: [...this.rates],
      switchedOff: [...this.switchedOff],
    };
  }

  fromJson(json: ReturnType<Control['toJson']>): void {
    this.settings = json.settings;
    this.tick = json.tick ?? Number.NEGATIVE_INFINITY;
    for (const [id, until] of json.freezes) this.freezes.set(id, until ?? Number.POSITIVE_INFINITY);
    for (const [party, id] of json.frozenBy) this.frozenBy.set(party, id);
    for (const [id, { until, ...measure }] of json.measures) {
      this.measures.set(id, { ...measure, until: until ?? Number.POSITIVE_INFINITY });
    }
    for (const [name, version, members] of json.lists) this.lists.set(name, { version, members: new Set(members) });
    for (const [key, members] of json.pending) this.pending.set(key, new Set(members));
    for (const [currency, rate] of json.rates) this.rates.set(currency, rate);
    for (const rule of json.switchedOff) this.switchedOff.add(rule);
  }

  isFrozen(id: string, at: number): boolean {
    if (this.freezes.size === 0) return false;
    const until = this.freezes.get(id);
    return until !== undefined && at < until;
  }

  /** The measure by which payouts of such a customer are stopped at a time; null where none is. */
  stopOf(told: Told, at: number): string | null {
    for (const [id, { segment, until, percent }] of this.measures) {
      if (percent === null && at < until && isOf(segment, told)) return id;
    }
    return null;
  }

  /** What limits of such a customer are multiplied by at a time: the tightest measure counts. */
  tightenedPercent(told: Told, at: number): number {
    let tightest = 100;
    for (const { segment, until, percent } of this.measures.values()) {
      if (percent !== null && percent < tightest && at < until && isOf(segment, told)) tightest = percent;
    }
    return tightest;
  }

  isListed(id: string): boolean {
    for (const { members } of this.lists.values()) if (members.has(id)) return true;
    return false;
  }

  /** An entry of a topic that anybody may write: a segment that nobody is of must not pass for one of all. */
  #take({ controlId, kind, segment, until, percent }: ControlEvent): void {
    if (segment !== null && !SEGMENT.test(segment)) throw new Error(`segment ${segment} is none of customers`);
    if (kind === 'tighten' && percent === null) throw new Error('limits are to be tightened, and no percent is said');
    this.measures.set(controlId, {
      segment,
      until: until ?? Number.POSITIVE_INFINITY,
      percent: kind === 'tighten' ? percent : null,
    });
  }

  #undo(measure: string): void {
    this.measures.delete(measure);
    for (const [party, id] of this.frozenBy) if (id === measure) this.#unfreeze(party);
  }

  #unfreeze(party: string): void {
    this.freezes.delete(party);
    this.frozenBy.delete(party);
  }

  #list(event: ControlEvent): void {
    const name = event.list!;
    const version = event.listVersion!;
    const key = `${name} ${version}`;
    const members = this.pending.get(key) ?? new Set();
    for (const member of event.members) members.add(member);
    if (event.kind === 'list_part') {
      this.pending.set(key, members);
      return;
    }
    this.pending.delete(key);
    // The same closing entry once more brings no members, and must not empty the list.
    if (members.size === 0 && this.lists.get(name)?.version === version) return;
    this.lists.set(name, { version, members });
  }
}

function untilJson(until: number): number | null {
  return Number.isFinite(until) ? until : null;
}

function isOf(segment: string | null, { kind, tags, grade }: Told): boolean {
  if (segment === null) return true;
  const value = segment.slice(segment.indexOf(':') + 1);
  if (segment.startsWith('kind:')) return value === kind;
  return segment.startsWith('tag:') ? tags.includes(value) : value === grade;
}

/**
 * Converts minor units into base minor units: minor × numerator ÷ denominator, integer arithmetic,
 * half to even. Null where the result is more than a record can carry.
 */
export function convert(
  minor: number,
  rate: { readonly numerator: number; readonly denominator: number },
): number | null {
  const product = BigInt(minor) * BigInt(rate.numerator);
  const denominator = BigInt(rate.denominator);
  let quotient = product / denominator;
  let rest = product % denominator;
  // Division rounds towards zero; from here on it is the whole number below, on either side of zero.
  if (rest < 0n) {
    quotient -= 1n;
    rest += denominator;
  }
  const twice = rest * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n !== 0n)) quotient += 1n;
  const converted = Number(quotient);
  return converted >= LONG_MIN && converted <= LONG_MAX ? converted : null;
}

/**
 * The control book (控制): settings, lists, rates, freezes and the clock, as the task has heard of them.
 * Every task has all of it, so what must stop a payment at its payee is known at its payer.
 */
import { LONG_MAX, LONG_MIN } from '../../schemas/declare.ts';
import type { Control as ControlEvent, Rate } from '../../schemas/events/control.ts';

interface ListVersion {
  readonly version: string;
  readonly members: ReadonlySet<string>;
}

/** Members of lists and freezes are bounded by what control sends: some 60 bytes a member. */
export class Control {
  /** Settings in force, canonical JSON; empty until the first ones come. */
  settings = '';
  /** Time of the last tick, ms. */
  tick = Number.NEGATIVE_INFINITY;
  /** Party or account → when its freeze ends, ms; Infinity where it does not by itself. */
  readonly freezes = new Map<string, number>();
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
        return false;
      case 'unfreeze':
        this.freezes.delete(event.party!);
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

  isListed(id: string): boolean {
    for (const { members } of this.lists.values()) if (members.has(id)) return true;
    return false;
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

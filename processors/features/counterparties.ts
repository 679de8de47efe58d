/**
 * Counterparties as numbers: a party with one of its accounts is one number, so a leg carries both in
 * 32 bits. Most accounts belong to one party; only the others need the slower map.
 *
 * Memory: 12 bytes a counterparty besides the interned ids.
 */
import type { Interner } from './interner.ts';
import type { CounterpartyNames } from './scope.ts';

export class Counterparties implements CounterpartyNames {
  readonly #ids: Interner;
  /** Interned account → its first counterparty + 1. */
  #first = new Int32Array(256);
  /** Account × 2²⁶ + party → counterparty, for accounts that were named with several parties. */
  readonly #further = new Map<number, number>();
  parties = new Int32Array(256);
  accounts = new Int32Array(256);
  count = 0;

  constructor(ids: Interner) {
    this.#ids = ids;
  }

  /** The number of (party, account), both interned; a new one where it is new. */
  of(party: number, account: number): number {
    const first = account < this.#first.length ? this.#first[account]! : 0;
    if (first !== 0) {
      if (this.parties[first - 1] === party) return first - 1;
      const known = this.#further.get(account * 67_108_864 + party);
      if (known !== undefined) return known;
    }
    return this.add(party, account);
  }

  /** Also used to fill it from a checkpoint, in order. */
  add(party: number, account: number): number {
    const number = this.count++;
    if (number === this.parties.length) {
      this.parties = doubled(this.parties, number + 1);
      this.accounts = doubled(this.accounts, number + 1);
    }
    this.parties[number] = party;
    this.accounts[number] = account;
    if (account >= this.#first.length) this.#first = doubled(this.#first, account + 1);
    if (this.#first[account] === 0) this.#first[account] = number + 1;
    else this.#further.set(account * 67_108_864 + party, number);
    return number;
  }

  partyOf = (counterparty: number): number => this.parties[counterparty]!;

  partyText(counterparty: number): string {
    return this.#ids.text(this.parties[counterparty]!);
  }

  accountText(counterparty: number): string {
    return this.#ids.text(this.accounts[counterparty]!);
  }
}

function doubled(array: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, array.length * 2));
  larger.set(array);
  return larger;
}

/**
 * Interned ids: bytes of an id in, a small number out, without making a string on the way. Numbers
 * count up in order of first appearance, so a replay gives the same ones.
 *
 * Memory: 12 bytes and the id itself per id, and 8 bytes of table at the lightest load.
 */
export class Interner {
  #arena: Buffer;
  #used = 0;
  /** Slot → id + 1; 0 is free. */
  #table: Int32Array;
  #mask: number;
  /** Id → end of its bytes in the arena. */
  #ends: Int32Array;
  #hashes: Int32Array;
  #count = 0;
  readonly #strings: (string | undefined)[] = [];

  constructor(capacity = 256) {
    this.#arena = Buffer.allocUnsafeSlow(capacity * 16);
    this.#table = new Int32Array(capacity * 2);
    this.#mask = capacity * 2 - 1;
    this.#ends = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** The number of the id that stands in `source` from `start` to `end`; a new one where it is new. */
  intern(source: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(source, start, end);
    const slot = this.#slot(source, start, end, hash);
    const found = this.#table[slot]!;
    return found !== 0 ? found - 1 : this.#insert(source, start, end, hash, slot);
  }

  /** The number of the id, or −1 where it was never interned. */
  find(source: Uint8Array, start: number, end: number): number {
    return this.#table[this.#slot(source, start, end, hashBytes(source, start, end))]! - 1;
  }

  internString(id: string): number {
    const bytes = Buffer.from(id, 'utf8');
    return this.intern(bytes, 0, bytes.length);
  }

  findString(id: string): number {
    const bytes = Buffer.from(id, 'utf8');
    return this.find(bytes, 0, bytes.length);
  }

  /** The id itself. */
  text(number: number): string {
    const known = this.#strings[number];
    if (known !== undefined) return known;
    const start = number === 0 ? 0 : this.#ends[number - 1]!;
    const made = this.#arena.toString('utf8', start, this.#ends[number]);
    this.#strings[number] = made;
    return made;
  }

  #slot(source: Uint8Array, start: number, end: number, hash: number): number {
    const table = this.#table;
    const mask = this.#mask;
    let slot = hash & mask;
    for (let entry = table[slot]!; entry !== 0; entry = table[slot]!) {
      if (this.#hashes[entry - 1] === hash && this.#same(entry - 1, source, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #same(number: number, source: Uint8Array, start: number, end: number): boolean {
    const from = number === 0 ? 0 : this.#ends[number - 1]!;
    const length = this.#ends[number]! - from;
    if (length !== end - start) return false;
    const arena = this.#arena;
    for (let index = 0; index < length; index++) {
      if (arena[from + index] !== source[start + index]) return false;
    }
    return true;
  }

  #insert(source: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const number = this.#count++;
    const needed = this.#used + (end - start);
    if (needed > this.#arena.length) this.#growArena(needed);
    for (let index = start; index < end; index++) this.#arena[this.#used++] = source[index]!;
    if (number === this.#ends.length) this.#growIds();
    this.#ends[number] = this.#used;
    this.#hashes[number] = hash;
    this.#table[slot] = number + 1;
    if (this.#count * 2 > this.#table.length) this.#growTable();
    return number;
  }

  #growArena(needed: number): void {
    const arena = Buffer.allocUnsafeSlow(Math.max(needed, this.#arena.length * 2));
    this.#arena.copy(arena, 0, 0, this.#used);
    this.#arena = arena;
  }

  #growIds(): void {
    const ends = new Int32Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
    const hashes = new Int32Array(ends.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #growTable(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = this.#hashes[number]! & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = number + 1;
    }
    this.#table = table;
    this.#mask = mask;
  }
}

/** FNV-1a over bytes with a final mix, so that the low bits that pick a slot are good. */
export function hashBytes(source: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ source[index]!, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/**
 * A 52-bit name of an id, as a number: two 32-bit lanes, 20 bits of the second. Among the 65,536 legs
 * that a subject keeps exactly, two ids share a name with a chance of 2⁻²¹; what happens then is a
 * dead letter that says so, never a silent loss.
 */
export function nameOf(source: Uint8Array, start: number, end: number): number {
  let low = 0x811c9dc5 | 0;
  let high = 0x9e3779b9 | 0;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b) + (high >>> 15);
  }
  low ^= low >>> 15;
  low = Math.imul(low, 0x2c1b3c6d);
  high ^= high >>> 13;
  // 0 stands for "no leg", so no id may have that name.
  return ((high >>> 12) & 0xfffff) * 4_294_967_296 + (low >>> 0) || 1;
}

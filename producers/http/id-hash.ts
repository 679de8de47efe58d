/**
 * FNV-1a of an id, from text or from its bytes: equal for equal ids, since ids are ASCII. Lets the
 * decision index go through millions of encoded decisions without making a string of each id.
 */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export function hashOfText(id: string): number {
  let hash = OFFSET_BASIS;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), PRIME);
  return hash >>> 0;
}

export function hashOfBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = OFFSET_BASIS;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), PRIME);
  return hash >>> 0;
}

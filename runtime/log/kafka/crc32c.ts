/** CRC-32C (Castagnoli), the checksum of Kafka's record batches, eight bytes a step. */

const POLYNOMIAL = 0x82f63b78;

/** `TABLES[k][b]`: what byte b does to the checksum when k further bytes follow it in the step. */
const TABLES = makeTables();
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [Table, Table, Table, Table, Table, Table, Table, Table];

type Table = Uint32Array;

function makeTables(): Table[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const first = tables[0] as Table;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[byte] = value;
  }
  for (let table = 1; table < 8; table++) {
    const before = tables[table - 1] as Table;
    for (let byte = 0; byte < 256; byte++) {
      const value = before[byte] as number;
      (tables[table] as Table)[byte] = (value >>> 8) ^ (first[value & 0xff] as number);
    }
  }
  return tables;
}

/** The checksum of `bytes` from `start` up to but not including `end`. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let at = start;
  for (const last = end - 7; at < last; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      T7[crc & 0xff]! ^
      T6[(crc >>> 8) & 0xff]! ^
      T5[(crc >>> 16) & 0xff]! ^
      T4[crc >>> 24]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = T0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * Subjects: whom state is kept about. The journal is partitioned by subject, so one task sees
 * everything about it in one order.
 */
export const SUBJECT_KINDS = ['party', 'device', 'operator', 'group', 'partition'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** What a subject is to an entry. `holder` is whose own event it is; `all` is control, told to every partition. */
export const SUBJECT_ROLES = ['payer', 'payee', 'device', 'operator', 'group', 'holder', 'all'] as const;
export type SubjectRole = (typeof SUBJECT_ROLES)[number];

/**
 * The journal partition of a subject: FNV-1a over its UTF-16 units, so that every adapter and every
 * build agree. Ids are ASCII, so units are bytes.
 */
export function partitionOf(subject: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < subject.length; index++) {
    hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 16;
  return (hash >>> 0) % partitions;
}

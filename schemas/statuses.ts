/**
 * The one table of permitted status changes of a transfer. Every subject that hears of a transfer
 * applies it, so that payer and payee come to the same view of it.
 *
 * `null` is a transfer not heard of before. A status that repeats itself (`submitted` after
 * `submitted`) is an amendment or a further part and carries an eventId of its own.
 */
import type { TransferStatus } from './events/transfer.ts';

const NEXT: { readonly [from in TransferStatus | 'none']: readonly TransferStatus[] } = {
  none: ['submitted', 'partially_settled', 'settled', 'failed', 'cancelled'],
  submitted: ['submitted', 'partially_settled', 'settled', 'failed', 'cancelled'],
  partially_settled: ['partially_settled', 'settled', 'failed', 'cancelled', 'returned', 'reversed'],
  settled: ['returned', 'reversed'],
  returned: ['returned', 'reversed'],
  failed: [],
  cancelled: [],
  reversed: [],
};

export function mayFollow(from: TransferStatus | null, to: TransferStatus): boolean {
  return NEXT[from ?? 'none'].includes(to);
}

/** Parts that several answers have in common. */
import { z } from 'zod';
import { hyphened, isoTime } from './select.ts';

export const money = z.strictObject({
  minor: z.int().describe('Whole minor units (fen, cents).'),
  currency: z.string().describe('ISO 4217 code.'),
});

export function moneyField(doc: string) {
  return money.describe(doc);
}

export function timeField(doc: string) {
  return z.iso.datetime({ offset: true }).describe(doc);
}

/** One end of a transfer: the subject that it stands for, and the account. */
export const endpointBody = z.strictObject({
  party: z.string().describe('Customer, or the account where it is no customer.'),
  account: z.string(),
  name: z.string().optional(),
  country: z.string().optional(),
});

export const legBody = z
  .strictObject({
    transferId: z.string(),
    eventId: z.string(),
    role: z.string().describe('What the party is to it: payer (付款), payee (收款) …'),
    at: timeField('Event time.'),
    seen: timeField('When Weir got it.'),
    kind: z.string(),
    status: z.string(),
    amount: moneyField('Amount; cumulative where partially settled or returned.'),
    debtor: endpointBody.describe('Payer (付款人).'),
    creditor: endpointBody.describe('Payee (收款人).'),
    channel: z.string().optional(),
    device: z.string().optional(),
    maker: z.string().optional(),
    purpose: z.string().optional(),
    historical: z.boolean().describe('True where a backfill brought it.'),
    behindMs: z
      .int()
      .optional()
      .describe(
        'How far its time lay behind the latest that the party had seen when it came, ms; absent where it came in order. ' +
          'Beyond the lateness of the settings it is judged and reserved, and in no window.',
      ),
  })
  .describe('A transfer as one party has it in its history.');

export interface LegRow {
  readonly ordinal: number;
  readonly transferId: string;
  readonly eventId: string;
  readonly role: string;
  readonly at: number;
  readonly seen: number;
  readonly kind: string;
  readonly status: string;
  readonly minor: number;
  readonly currency: string;
  readonly debtor: readonly [party: string, account: string, name: string, country: string];
  readonly creditor: readonly [party: string, account: string, name: string, country: string];
  readonly channel: string;
  readonly device: string;
  readonly maker: string;
  readonly purpose: string;
  readonly historical: boolean;
  /** Only where the query counts it. */
  readonly behindMs?: number;
}

/** Columns of `LegRow` from `entries`. */
export const LEG_COLUMNS = `
    ordinal,
    transfer_id AS transferId,
    event_id AS eventId,
    role,
    toUnixTimestamp64Milli(at) AS at,
    toUnixTimestamp64Milli(seen) AS seen,
    kind,
    status,
    amount_minor AS minor,
    currency,
    (debtor, debtor_account, debtor_name, debtor_country) AS debtor,
    (creditor, creditor_account, creditor_name, creditor_country) AS creditor,
    channel,
    device,
    maker,
    purpose,
    historical`;

/**
 * Entries that the payer's task refused change nothing, and a repeat changes nothing either: neither is a
 * leg. To be followed by `LIMIT 1 BY event_id, role` in the order of ordinals.
 */
export const NOT_REFUSED = `
    (source_partition, source_offset) NOT IN (SELECT partition, offset FROM dead_letters WHERE topic = 'transfers')`;

export function legOf(row: LegRow): z.infer<typeof legBody> {
  return {
    transferId: row.transferId,
    eventId: row.eventId,
    role: row.role,
    at: isoTime(row.at),
    seen: isoTime(row.seen),
    kind: row.kind,
    status: hyphened(row.status),
    amount: { minor: row.minor, currency: row.currency },
    debtor: endpointOf(row.debtor),
    creditor: endpointOf(row.creditor),
    ...given({ channel: row.channel, device: row.device, maker: row.maker, purpose: row.purpose }),
    historical: row.historical,
    ...(row.behindMs ? { behindMs: row.behindMs } : {}),
  };
}

function endpointOf([party, account, name, country]: LegRow['debtor']): z.infer<typeof endpointBody> {
  return { party, account, ...given({ name, country }) };
}

/** Without what is empty, which is how ClickHouse keeps what was not given. */
export function given<K extends string>(texts: { readonly [key in K]: string }): { [key in K]?: string } {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')) as { [key in K]?: string };
}

/**
 * What a transfer counts, in minor units: whole while it is submitted or settled, nothing once it is rejected, failed,
 * cancelled or reversed, without what was returned, and with what was settled in part where the rest then failed. Of
 * `last_status` and `last_outcome`, and of its amounts as they were told last: `whole`, `part`, `returned`.
 */
export const COUNTED_MINOR = `multiIf(
    last_status = 'submitted', if(last_outcome = 'reject', 0, whole),
    last_status = 'partially_settled', if(last_outcome = 'reject', part, greatest(whole, part)),
    last_status = 'settled', whole,
    last_status = 'returned', greatest(whole, part) - returned,
    last_status = 'reversed', 0,
    part)`;

/** What requests about webhooks say and what they are answered. */
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';
import { SENTENCES } from '../../runtime/issue-words.ts';
import { id, instant, text } from '../../schemas/declare.ts';
import { FAMILIES, SEVERITIES } from '../../schemas/reason.ts';
import { DAY_MS, duration } from '../../schemas/time.ts';
import {
  ATTEMPT_OUTCOMES,
  SIGNATURE_SCHEMES,
  WEBHOOK_TOPICS,
  type WebhookChange,
  type WebhookChoices,
  webhookChoicesRecord,
} from '../../schemas/webhook.ts';
import { isPublicAddress } from './addresses.ts';
import { type AllowedHosts, isAllowed } from './guard.ts';
import { placeOfMessage } from './messages.ts';
import type { EndpointState } from './state.ts';
import type { Subscription } from './subscriptions.ts';

const { fields } = webhookChoicesRecord;
const URL_LENGTH_MAX = 2_048;
const OVERLAP_MS_MAX = 30 * DAY_MS;

const url = z
  .string()
  .max(URL_LENGTH_MAX)
  .describe('Address that messages are posted to; https, and none of an internal network unless allowed by name.');
export const reason = text('Why.', 512).json.optional();

const choices = {
  title: fields.title.json,
  topics: z.array(z.enum(WEBHOOK_TOPICS)).min(1).max(WEBHOOK_TOPICS.length).describe('Topics that it is sent.'),
  rules: z.array(id('A rule.', 64).json).max(64).describe(fields.rules.doc),
  families: z
    .array(z.enum(FAMILIES))
    .max(FAMILIES.length)
    .describe('Alerts of rules of these families; all where empty.'),
  severity: z.enum(SEVERITIES).describe(fields.severity.doc),
  segments: z
    .array(
      z
        .string()
        .regex(/^(kind|tag|grade):[\x21-\x7e]{1,32}$/, 'must be like kind:organisation, tag:merchant or grade:D'),
    )
    .max(32)
    .describe(fields.segments.doc),
  outcomes: z
    .array(z.enum(['accept', 'hold', 'reject']))
    .max(3)
    .describe('Decisions of these outcomes; all where empty.'),
  restricted: z.boolean().describe(fields.restricted.doc),
  content: z.enum(['thin', 'full']).describe(fields.content.doc),
  ratePerSecondMax: z.int().min(1).max(5_000).describe(fields.ratePerSecondMax.doc),
  concurrencyMax: z.int().min(1).max(100).describe(fields.concurrencyMax.doc),
  quieted: z.boolean().describe(fields.quieted.doc),
};

const schemes = z.array(z.enum(SIGNATURE_SCHEMES)).min(1).max(2);

export const newSubscription = z
  .strictObject({
    url,
    ...choices,
    rules: choices.rules.default([]),
    families: choices.families.default([]),
    severity: choices.severity.default('info'),
    segments: choices.segments.default([]),
    outcomes: choices.outcomes.default([]),
    restricted: choices.restricted.default(false),
    content: choices.content.default('thin'),
    ratePerSecondMax: choices.ratePerSecondMax.default(1_000),
    concurrencyMax: choices.concurrencyMax.default(16),
    quieted: choices.quieted.default(false),
    signatures: schemes
      .default(['v1'])
      .describe('v1: HMAC-SHA256 with a shared secret; v1a: ed25519 with a public key.'),
  })
  .describe('A subscription to be made.');

export const changedSubscription = z
  .strictObject({ revision: z.int().min(1).describe('The revision that is changed.'), url, ...choices, reason })
  .partial()
  .required({ revision: true })
  .describe('What is to be changed; the rest stays.');

export const revisionAndReason = z.strictObject({ revision: z.int().min(1).optional(), reason });

export const enabling = revisionAndReason.extend({
  from: instant('Also sends what came since then, as a replay.').json.optional(),
});

export const rotation = z.strictObject({
  signatures: schemes.default(['v1']),
  overlap: duration()
    .default(DAY_MS)
    .refine((ms) => ms <= OVERLAP_MS_MAX, 'must be 30d at most')
    .describe('For how long the earlier secrets of the same kinds sign beside the new ones.'),
  reason,
});

export const replayBody = z
  .union([
    z.strictObject({
      from: instant('Append time of the first record.').json,
      to: instant('Append time behind the last; now where absent.').json.optional(),
    }),
    z.strictObject({
      messageIds: z
        .array(z.string().refine((one) => placeOfMessage(one) !== null, 'must be the webhook-id of a message'))
        .min(1)
        .max(100)
        .describe('Messages by their webhook-id.'),
    }),
  ])
  .describe('What to send again: all that came in a time, or single messages.');

const time = (doc: string) => z.iso.datetime().nullable().describe(doc);

export const subscriptionBody = z
  .strictObject({
    id: z.string(),
    revision: z.int(),
    enabled: z.boolean(),
    address: z.string().describe('Scheme, host and port of the address, and how it ends: the rest may be secret.'),
    ...choices,
    secrets: z.array(
      z.strictObject({
        id: z.string(),
        scheme: z.enum(SIGNATURE_SCHEMES),
        publicKey: z.string().nullable().describe('What receivers verify v1a with.'),
        createdAt: z.string(),
        expiresAt: time('From when on it signs nothing; null while it is the newest.'),
      }),
    ),
    createdAt: z.string(),
    createdBy: z.string(),
    changedAt: z.string(),
    changedBy: z.string(),
    reason: z.string().nullable().describe('Why it was changed last.'),
    health: z
      .strictObject({
        state: z
          .enum(['closed', 'open', 'probing'])
          .describe('The circuit breaker: open where it is left alone for a while.'),
        failingSince: time('Since when every attempt has failed.'),
        lastSuccessAt: time('When a message went through last.'),
        unfinished: z.int().describe('Messages that are being tried.'),
        lagRecords: z.int().describe('Records that it has still to look at.'),
      })
      .nullable()
      .describe('Null where nothing is known yet, or it is off.'),
  })
  .describe('A subscription as it stands.');

export const toldSecret = z.strictObject({
  id: z.string(),
  scheme: z.enum(SIGNATURE_SCHEMES),
  secret: z.string().describe('The secret (whsec_…) of v1, told now and never again; the public key (whpk_…) of v1a.'),
});

export const testResult = z
  .strictObject({
    commandId: z.string(),
    outcome: z.enum(['pending', ...ATTEMPT_OUTCOMES]).describe('pending: nobody has sent it yet.'),
    status: z.int().nullable(),
    error: z.string().nullable(),
    detail: z.string().nullable(),
    durationMs: z.int().nullable(),
  })
  .describe('How the endpoint took the test.');

export type ShownSubscription = z.infer<typeof subscriptionBody>;

const isoOrNull = (at: number | null): string | null => (at === null || at === 0 ? null : new Date(at).toISOString());

export function shown(
  { last, createdAt, createdBy }: Subscription,
  ending: string,
  state: EndpointState | undefined,
  lagRecords: number,
): ShownSubscription {
  return {
    id: last.subscriptionId,
    revision: last.revision,
    enabled: last.enabled,
    address: `${last.origin}/…${ending}`,
    ...(webhookChoicesRecord.render(last.choices) as unknown as z.infer<z.ZodObject<typeof choices>>),
    // Subscriptions of earlier builds do not say it.
    quieted: last.choices.quieted ?? false,
    secrets: last.secrets.map(({ secretId, scheme, publicKey, createdAt: madeAt, expiresAt }) => {
      return {
        id: secretId,
        scheme,
        publicKey,
        createdAt: new Date(madeAt).toISOString(),
        expiresAt: isoOrNull(expiresAt),
      };
    }),
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    changedAt: new Date(last.at).toISOString(),
    changedBy: last.by,
    reason: last.reason,
    health:
      state === undefined || !last.enabled
        ? null
        : {
            state: state.breaker,
            failingSince: isoOrNull(state.failingSince),
            lastSuccessAt: isoOrNull(state.lastSuccessAt),
            unfinished: state.unfinished.length,
            lagRecords,
          },
  };
}

/** Choices as the log has them. */
export function innerChoices(written: { readonly [name: string]: unknown }): WebhookChoices {
  const known = Object.entries(written).filter(([name, value]) => name in fields && value !== undefined);
  return webhookChoicesRecord.json.parse(Object.fromEntries(known));
}

export function renderChoices({ choices: own }: Pick<WebhookChange, 'choices'>): { readonly [name: string]: unknown } {
  return webhookChoicesRecord.render(own);
}

/** Refuses at once what would be refused at each attempt. What a name resolves to is looked at when connecting. */
export function checkedUrl(written: string, allow: AllowedHosts): URL {
  const refuse = (message: string) =>
    new WeirError('REQUEST_INVALID', 'The address is not one that messages can be sent to.', {
      zh: '无法向该地址推送消息。',
      fields: [{ path: '/url', message, zh: SENTENCES[message] ?? message }],
    });
  if (!URL.canParse(written)) throw refuse('must be an address like https://hooks.example.com/weir');
  const address = new URL(written);
  if (!['https:', 'http:'].includes(address.protocol)) throw refuse('must begin with https://');
  if (address.username !== '' || address.password !== '') throw refuse('must hold no user and password');
  if (address.hash !== '') throw refuse('must hold no fragment');
  if (isAllowed(address, allow)) return address;
  if (address.protocol !== 'https:') throw refuse('must begin with https://; http is for hosts in WEIR_WEBHOOK_ALLOW');
  const isLiteral = /^[[\d]/.test(address.hostname) && /^(\[.*\]|[\d.]+)$/.test(address.hostname);
  if (isLiteral && !isPublicAddress(address.hostname)) {
    throw refuse('is an address of an internal network, and its host is not in WEIR_WEBHOOK_ALLOW');
  }
  return address;
}

/**
 * Webhooks: who wants to be told what (订阅), and each attempt to tell it. A subscription is whatever the
 * last change of it says, so the topic of changes, kept for ever, is the list of them and its audit at once.
 */
import { bytes, choice, flag, type Inner, id, instant, list, long, maybe, nested, record, text } from './declare.ts';
import { FAMILIES, SEVERITIES } from './reason.ts';

/** Topics that can be subscribed to. */
export const WEBHOOK_TOPICS = ['alerts', 'decisions', 'credit-ratings', 'notifications'] as const;
export type WebhookTopic = (typeof WEBHOOK_TOPICS)[number];

export const SIGNATURE_SCHEMES = ['v1', 'v1a'] as const;

/** What a person chooses of a subscription, apart from its address. */
export const webhookChoicesRecord = record(
  'WebhookChoices',
  'What a subscription is sent, and how.',
  {
    title: text('What it is for.', 128),
    topics: list(choice('Topic.', 'WebhookTopic', WEBHOOK_TOPICS), WEBHOOK_TOPICS.length),
    rules: list(id('Alerts of these rules; all where empty.', 64), 64),
    families: list(choice('Family of the rule.', 'Family', FAMILIES), FAMILIES.length),
    severity: choice('Alerts of this severity and above.', 'Severity', SEVERITIES),
    segments: list(
      id('Alerts on customers of one of these: kind:organisation, tag:merchant, grade:D; all where empty.', 40),
      32,
    ),
    outcomes: list(choice('Decisions of these outcomes; all where empty.', 'Outcome', ['accept', 'hold', 'reject']), 3),
    restricted: flag('True where alerts that the subject must not learn of (AML, screening) are sent, too.'),
    content: choice(
      'thin: no personal data, ids of customers are pseudonyms; full: the whole record.',
      'WebhookContent',
      ['thin', 'full'],
    ),
    ratePerSecondMax: long('Most deliveries a second.', 1, 5_000),
    concurrencyMax: long('Most deliveries under way at the same time.', 1, 100),
    quieted: maybe(flag('True where alerts that a critical one of the same cause quiets are sent, too.')),
  },
  {
    title: 'Case management',
    topics: ['alerts'],
    rules: [],
    families: ['aml'],
    severity: 'high',
    segments: [],
    outcomes: [],
    restricted: true,
    content: 'thin',
    ratePerSecondMax: 1_000,
    concurrencyMax: 16,
  },
);

export const sealedSecretRecord = record(
  'SealedSecret',
  'A signing secret, encrypted with AES-256-GCM under the key of the installation.',
  {
    secretId: id('Names it among those of its subscription.', 32),
    scheme: choice('v1: HMAC-SHA256; v1a: ed25519.', 'SignatureScheme', SIGNATURE_SCHEMES),
    sealed: bytes('Id of the key, nonce, tag and ciphertext.'),
    publicKey: maybe(id('What receivers verify v1a with: whpk_ and base64.', 64)),
    createdAt: instant('When it was made.'),
    expiresAt: maybe(instant('From when on nothing is signed with it; absent while it is the newest.')),
  },
  {
    secretId: 's-1',
    scheme: 'v1',
    sealed: 'AAECAwQFBgcICQoLDA0ODw==',
    createdAt: '2026-03-01T08:00:00Z',
  },
);

export const webhookChangeRecord = record(
  'WebhookChange',
  'A change of a subscription, as it stands after it; or something it is asked to do: a test, a replay.',
  {
    subscriptionId: id('The subscription.', 64),
    change: choice('What happened.', 'WebhookChangeKind', [
      'created',
      'changed',
      'rotated',
      'enabled',
      'disabled',
      'removed',
      'test',
      'replay',
    ]),
    revision: long('1 for the first, then counting up by each change; a test or a replay names the one it met.'),
    at: instant('When.'),
    by: id('Who did it; weir where Weir itself did.', 64),
    reason: maybe(text('Why, where a person or Weir said so.', 512)),
    enabled: flag('Whether it is being sent to.'),
    origin: text('Scheme, host and port of the address, for people to know it by.', 300),
    sealedUrl: bytes('The whole address, encrypted as secrets are: many carry a token.'),
    choices: nested('What it is sent.', webhookChoicesRecord),
    secrets: list(nested('Its signing secrets, the newest first.', sealedSecretRecord), 16),
    commandId: maybe(id('Names the test or the replay.', 64)),
    from: maybe(instant('Replay: append time of the first record.')),
    to: maybe(instant('Replay: append time behind the last record.')),
    messageIds: list(id('Replay: these messages alone.', 64), 100),
  },
  {
    subscriptionId: 'wh-1f0c2a9d7b3e',
    change: 'created',
    revision: 1,
    at: '2026-03-01T08:00:00Z',
    by: 'chen',
    enabled: true,
    origin: 'https://hooks.example.com',
    sealedUrl: 'AAECAwQFBgcICQoLDA0ODw==',
    choices: webhookChoicesRecord.render(webhookChoicesRecord.example),
    secrets: [sealedSecretRecord.render(sealedSecretRecord.example)],
  },
);

/** How an attempt ended. */
export const ATTEMPT_OUTCOMES = ['delivered', 'failed', 'exhausted', 'gone'] as const;
/** Why an attempt was made: what is new, its schedule, a probe of an endpoint that failed, a replay, a test. */
export const ATTEMPT_TRIGGERS = ['event', 'retry', 'probe', 'replay', 'test'] as const;

export const webhookAttemptRecord = record(
  'WebhookAttempt',
  'One attempt to deliver one message to one endpoint.',
  {
    subscriptionId: id('The subscription.', 64),
    messageId: id('The message: its webhook-id, the same at every attempt.', 64),
    type: id('Type of the message, such as alert.opened.', 64),
    attempt: long('1 for the first, then counting up.'),
    trigger: choice('Why it was made.', 'AttemptTrigger', ATTEMPT_TRIGGERS),
    outcome: choice(
      'delivered, or failed and tried again, or exhausted and given up, or gone: the endpoint wants no more.',
      'AttemptOutcome',
      ATTEMPT_OUTCOMES,
    ),
    at: instant('When it began.'),
    seen: instant('Append time of the record that the message tells of.'),
    durationMs: long('How long it took.'),
    status: maybe(long('HTTP status of the answer; absent where none came.')),
    error: maybe(
      id('Why it failed, as a code: status, redirect, timeout, connection, dns, tls, address-refused …', 32),
    ),
    detail: maybe(text('Why it failed, in words; of an answer, its beginning.', 600)),
    nextAt: maybe(instant('When the next attempt is due; absent where there is none.')),
    commandId: maybe(id('The test or replay that asked for it.', 64)),
  },
  {
    subscriptionId: 'wh-1f0c2a9d7b3e',
    messageId: 'alerts-3-1024',
    type: 'alert.opened',
    attempt: 1,
    trigger: 'event',
    outcome: 'failed',
    at: '2026-03-01T08:00:05Z',
    seen: '2026-03-01T08:00:05Z',
    durationMs: 41,
    status: 503,
    error: 'status',
    detail: 'Service Unavailable',
    nextAt: '2026-03-01T08:00:10Z',
  },
);

export type WebhookChoices = Inner<typeof webhookChoicesRecord>;
export type SealedSecret = Inner<typeof sealedSecretRecord>;
export type WebhookChange = Inner<typeof webhookChangeRecord>;
export type WebhookAttempt = Inner<typeof webhookAttemptRecord>;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

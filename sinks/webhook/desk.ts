/** Subscriptions as people work on them: what is asked for, checked against how things stand, as a change in the log. */
import type { z } from 'zod';
import { type Now, systemRandomBytes } from '../../runtime/clock.ts';
import { WeirError } from '../../runtime/errors.ts';
import { type Log, recordsBehind } from '../../runtime/log/port.ts';
import type { SecretKey } from '../../runtime/secret-key.ts';
import type { WebhookChange } from '../../schemas/webhook.ts';
import {
  type changedSubscription,
  checkedUrl,
  innerChoices,
  type newSubscription,
  renderChoices,
  type replayBody,
  type revisionAndReason,
  type rotation,
  type ShownSubscription,
  shown,
  type testResult,
  type toldSecret,
} from './bodies.ts';
import type { AllowedHosts } from './guard.ts';
import { SENDER_NAME } from './ledger.ts';
import { attemptsFrom } from './outcome.ts';
import { decodeState, type EndpointState } from './state.ts';
import { type Subscription, SubscriptionBook } from './subscriptions.ts';
import { type NewSecret, Vault } from './vault.ts';

export interface DeskParts {
  readonly log: Log;
  readonly key: SecretKey;
  readonly allow: AllowedHosts;
  readonly now: Now;
  /** How long a test waits to learn how it was taken. */
  readonly testWaitMs?: number;
}

interface WithSecrets {
  readonly subscription: ShownSubscription;
  readonly secrets: z.infer<typeof toldSecret>[];
}

const SUBSCRIPTIONS_MAX = 200;
const SECRETS_MAX = 8;
const TEST_WAIT_MS = 20_000;
const URL_ENDING = 4;
const NOTHING_ASKED = { commandId: null, from: null, to: null, messageIds: [] } as const;

export class Desk {
  readonly #parts: DeskParts;
  readonly #vault: Vault;
  readonly #book: SubscriptionBook;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#vault = new Vault(parts.key);
    this.#book = new SubscriptionBook(parts.log);
  }

  async list(): Promise<ShownSubscription[]> {
    const states = await this.#states();
    return (await this.#book.current()).all().map((one) => this.#shown(one, states));
  }

  async show(id: string): Promise<ShownSubscription> {
    return this.#shown(await this.#find(id), await this.#states());
  }

  async create({ url, signatures, ...rest }: z.output<typeof newSubscription>, by: string): Promise<WithSecrets> {
    const { allow, now } = this.#parts;
    const address = checkedUrl(url, allow);
    if ((await this.#book.current()).all().length >= SUBSCRIPTIONS_MAX) {
      throw new WeirError(
        'CONFLICT',
        `There are ${SUBSCRIPTIONS_MAX} subscriptions, and no more are kept; remove one.`,
        { zh: `已有 ${SUBSCRIPTIONS_MAX} 个订阅，达到上限；请先删除一个。` },
      );
    }
    const id = `wh-${systemRandomBytes(8).toString('hex')}`;
    const secrets = signatures.map((scheme) => this.#vault.newSecret(id, scheme, now()));
    const change: WebhookChange = {
      ...{ subscriptionId: id, change: 'created', revision: 1, at: now(), by, reason: null, enabled: true },
      ...{ origin: address.origin, sealedUrl: this.#vault.sealUrl(id, address.href), choices: innerChoices(rest) },
      ...{ secrets: secrets.map(({ sealed }) => sealed), ...NOTHING_ASKED, messageIds: [] },
    };
    await this.#store(change);
    return { subscription: await this.show(id), secrets: secrets.map(told) };
  }

  async change(id: string, asked: z.output<typeof changedSubscription>, by: string): Promise<ShownSubscription> {
    const { last } = await this.#find(id);
    const { revision, url, reason, ...rest } = asked;
    this.#refuseStale(last, revision);
    const address = url === undefined ? null : checkedUrl(url, this.#parts.allow);
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    await this.#store({
      ...this.#next(last, 'changed', by, reason),
      choices: innerChoices({ ...renderChoices(last), ...given }),
      ...(address === null ? {} : { origin: address.origin, sealedUrl: this.#vault.sealUrl(id, address.href) }),
    });
    return this.show(id);
  }

  async turn(
    id: string,
    on: boolean,
    asked: z.output<typeof revisionAndReason>,
    by: string,
  ): Promise<ShownSubscription> {
    const { last } = await this.#find(id);
    this.#refuseStale(last, asked.revision);
    if (last.enabled !== on) {
      await this.#store({ ...this.#next(last, on ? 'enabled' : 'disabled', by, asked.reason), enabled: on });
    }
    return this.show(id);
  }

  /** Earlier secrets of the same kinds sign on beside the new ones, until the overlap is over. */
  async rotate(id: string, asked: z.output<typeof rotation>, by: string): Promise<WithSecrets> {
    const { last } = await this.#find(id);
    const now = this.#parts.now();
    const fresh = asked.signatures.map((scheme) => this.#vault.newSecret(id, scheme, now));
    const end = now + asked.overlap;
    const before = last.secrets
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .map((one) => {
        const isReplaced = (asked.signatures as string[]).includes(one.scheme);
        return isReplaced ? { ...one, expiresAt: Math.min(one.expiresAt ?? end, end) } : one;
      });
    const secrets = [...fresh.map(({ sealed }) => sealed), ...before];
    if (secrets.length > SECRETS_MAX) {
      throw new WeirError('CONFLICT', `${before.length} secrets of ${id} are in force; wait until the first expire.`, {
        zh: `${id} 已有 ${before.length} 个有效密钥，请等最早的过期后再试。`,
      });
    }
    await this.#store({ ...this.#next(last, 'rotated', by, asked.reason), secrets });
    return { subscription: await this.show(id), secrets: fresh.map(told) };
  }

  async remove(id: string, by: string): Promise<void> {
    const { last } = await this.#find(id);
    await this.#store({ ...this.#next(last, 'removed', by, undefined), enabled: false });
  }

  async test(id: string, by: string): Promise<z.infer<typeof testResult>> {
    const { log, testWaitMs = TEST_WAIT_MS } = this.#parts;
    const { last } = await this.#find(id);
    // Where attempts end now: the one that is waited for comes behind.
    const attempts = attemptsFrom(log);
    const commandId = await this.#command(last, 'test', by, {});
    const row = await attempts.find((one) => one.commandId === commandId, testWaitMs);
    if (row === null) {
      return { commandId, outcome: 'pending', status: null, error: null, detail: null, durationMs: null };
    }
    const { outcome, status, error, detail, durationMs } = row;
    return { commandId, outcome, status, error, detail, durationMs };
  }

  async replay(id: string, asked: z.output<typeof replayBody>, by: string): Promise<string> {
    const { last } = await this.#find(id);
    if (!last.enabled)
      throw new WeirError('CONFLICT', `The subscription ${id} is off; switch it on first.`, {
        zh: `订阅 ${id} 已停用，请先启用。`,
      });
    return this.#command(last, 'replay', by, asked);
  }

  async #command(
    last: WebhookChange,
    change: 'test' | 'replay',
    by: string,
    asked: { readonly from?: number; readonly to?: number | undefined; readonly messageIds?: string[] },
  ): Promise<string> {
    const commandId = systemRandomBytes(8).toString('hex');
    const { from = null, to = null, messageIds = [] } = asked;
    const at = this.#parts.now();
    await this.#book.store({ ...last, change, at, by, reason: null, commandId, from, to: to ?? null, messageIds });
    return commandId;
  }

  async #find(id: string): Promise<Subscription> {
    const found = (await this.#book.current()).get(id);
    if (found === null) throw new WeirError('NOT_FOUND', `There is no subscription ${id}.`, { zh: `没有订阅 ${id}。` });
    return found;
  }

  #next(last: WebhookChange, change: WebhookChange['change'], by: string, reason: string | undefined): WebhookChange {
    const { now } = this.#parts;
    return {
      ...{ ...last, change, revision: last.revision + 1, at: now(), by, reason: reason ?? null },
      ...{ ...NOTHING_ASKED, messageIds: [] },
    };
  }

  #refuseStale({ subscriptionId, revision }: WebhookChange, asked: number | undefined): void {
    if (asked === undefined || asked === revision) return;
    throw new WeirError(
      'CONFLICT',
      `The subscription ${subscriptionId} is at revision ${revision}, and not at ${asked}: look at it again.`,
      { zh: `订阅 ${subscriptionId} 现为第 ${revision} 版，而非第 ${asked} 版；请重新查看。` },
    );
  }

  async #store(change: WebhookChange): Promise<void> {
    const { applied } = await this.#book.store(change);
    if (applied) return;
    throw new WeirError('CONFLICT', `The subscription ${change.subscriptionId} was changed by another meanwhile.`, {
      zh: `订阅 ${change.subscriptionId} 已被他人修改。`,
    });
  }

  async #states(): Promise<ReadonlyMap<string, EndpointState>> {
    const { state } = await this.#parts.log.committed(SENDER_NAME);
    return new Map(decodeState(state).map((one) => [one.subscriptionId, one]));
  }

  #shown(subscription: Subscription, states: ReadonlyMap<string, EndpointState>): ShownSubscription {
    const state = states.get(subscription.last.subscriptionId);
    const lag = (state?.cursors ?? []).reduce((sum, cursor) => sum + recordsBehind(this.#parts.log, cursor), 0);
    return shown(subscription, this.#vault.urlOf(subscription.last).href.slice(-URL_ENDING), state, lag);
  }
}

function told({ sealed: { secretId, scheme }, told: secret }: NewSecret): z.infer<typeof toldSecret> {
  return { id: secretId, scheme, secret };
}

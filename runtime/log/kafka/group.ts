/**
 * Ownership on Kafka: a group whose coordinator notices who is there, and whose leader shares out the work. It
 * is Kafka's own group protocol without its consumer: nothing is subscribed to, and nothing fetched by it.
 *
 * Joining anew stops no work: a member keeps what it holds until it learns what is taken away, hands that
 * over, and joins again. A member that was expelled may find others at its work: it drops all, and commits
 * nothing more. Heartbeats go on whatever the shares do, and while they are restored.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { unlessAbandoned } from '../../abandon.ts';
import { WeirError } from '../../errors.ts';
import { nameOfShare, type Ownership, type OwnershipOptions, type Share, shareNamed } from '../ownership.ts';
import { assign, type Member } from './assignment.ts';
import type { KafkaClient, Patience } from './client.ts';
import { CodeError, EXPELLED, REBALANCE_IN_PROGRESS, refuseCode } from './errors.ts';
import { heartbeat, type Joined, joinGroup, leaveGroup, type Membership, syncGroup } from './group-requests.ts';

export interface GroupParts {
  /** A new client each time: whoever waits to join holds up everything else on its connection. */
  readonly connect: (patience: Patience) => Promise<KafkaClient>;
  readonly group: string;
  /** The member's own name, which a process that comes again brings along. */
  readonly instance: string;
  /** After so long without a heartbeat a member counts as lost. */
  readonly sessionMs: number;
}

const HEARTBEATS_PER_SESSION = 10;
const HEARTBEAT_MS_MAX = 1_000;
/** Whoever leaves has little time: brokers that do not answer by then find out by themselves. */
const TELL_MS = 3_000;
const REBALANCE_MS = 30_000;

type Said = Omit<Member, 'id'>;

export class GroupMember implements Ownership {
  readonly ready: Promise<void>;
  readonly #parts: GroupParts;
  readonly #options: OwnershipOptions;
  readonly #first = Promise.withResolvers<void>();
  readonly #held = new Set<string>();
  readonly #running: Promise<void>;
  readonly #leaving = new AbortController();
  #client: KafkaClient | null = null;
  #membership: Membership;
  /** Changes of what is held, one after the other. */
  #changing: Promise<void> = Promise.resolve();
  #mustJoin = true;
  #wake = Promise.withResolvers<void>();
  #left: Promise<void> | null = null;
  #over = false;

  constructor(parts: GroupParts, options: OwnershipOptions) {
    const { group, instance } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#membership = { group, instance, memberId: '', generation: -1 };
    this.ready = this.#first.promise;
    this.ready.catch(() => {});
    this.#running = this.#run();
  }

  giveUp(share: Share): void {
    if (this.#held.delete(nameOfShare(share))) this.#joinAgain();
  }

  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    const failed = this.#over;
    this.#over = true;
    this.#leaving.abort();
    this.#wake.resolve();
    await this.#changing;
    if (!failed) {
      await this.#options.onRevoked(this.#shares(), false);
      this.#held.clear();
      await this.#tellLeft();
    }
    await this.#client?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { sessionMs } = this.#parts;
    const heartbeatMs = Math.min(sessionMs / HEARTBEATS_PER_SESSION, HEARTBEAT_MS_MAX);
    while (!this.#over) {
      try {
        this.#client ??= await this.#parts.connect({ signal: this.#leaving.signal });
        if (this.#mustJoin) await this.#join(this.#client);
        await this.#rest(heartbeatMs);
        if (!this.#mustJoin && !this.#over) await this.#beat(this.#client);
      } catch (error) {
        if (!this.#over) await this.#recover(error);
      }
    }
  }

  async #join(client: KafkaClient): Promise<void> {
    this.#mustJoin = false;
    try {
      const joined = await this.#ask(client, 'joining the group', (membership) =>
        joinGroup(membership, { ...this.#parts, rebalanceMs: REBALANCE_MS, metadata: this.#said() }),
      );
      const { memberId, generation } = joined;
      this.#membership = { ...this.#membership, memberId, generation };
      const shares = joined.leader === memberId ? sharedOut(joined) : [];
      const { assignment } = await this.#ask(client, 'joining the group', (membership) =>
        syncGroup(membership, shares),
      );
      this.#take(assignment.length === 0 ? [] : (JSON.parse(assignment.toString('utf8')) as string[]));
    } catch (error) {
      this.#mustJoin = true;
      throw error;
    }
  }

  async #beat(client: KafkaClient): Promise<void> {
    await this.#ask(client, 'a heartbeat', heartbeat);
  }

  /** Asks until there is an answer; brokers that restart are waited for, however long. */
  async #ask<T extends { readonly code: number }>(
    client: KafkaClient,
    what: string,
    request: (membership: Membership) => Parameters<typeof client.sendToGroup<T>>[1],
  ): Promise<T> {
    return client.patiently(
      what,
      async () => {
        const answer = await client.sendToGroup(this.#parts.group, request(this.#membership));
        refuseCode(answer.code, what);
        return answer;
      },
      { ms: Number.POSITIVE_INFINITY },
    );
  }

  async #recover(error: unknown): Promise<void> {
    const code = error instanceof CodeError ? error.code : 0;
    if (code === REBALANCE_IN_PROGRESS) this.#mustJoin = true;
    else if (EXPELLED.includes(code)) await this.#drop();
    else {
      const { group, instance } = this.#parts;
      const why = `This process (${instance}) cannot be a member of the group ${group}: ${(error as Error).message}`;
      const fault = error instanceof CodeError ? new WeirError('LOG_FENCED', why, { cause: error }) : error;
      this.#over = true;
      this.#first.reject(fault);
      this.#options.onFault(fault);
    }
  }

  /** The group went on without this member, and others may be at its work. */
  async #drop(): Promise<void> {
    this.#membership = { ...this.#membership, memberId: '', generation: -1 };
    this.#mustJoin = true;
    await this.#change(async () => {
      const shares = this.#shares();
      if (shares.length > 0) await this.#options.onRevoked(shares, true);
      this.#held.clear();
    });
  }

  #take(names: readonly string[]): void {
    void this.#change(async () => {
      const taken = [...this.#held].filter((name) => !names.includes(name));
      if (taken.length > 0) await this.#options.onRevoked(taken.map(shareNamed), false);
      for (const name of taken) this.#held.delete(name);
      const given = names.filter((name) => !this.#held.has(name));
      for (const name of given) this.#held.add(name);
      this.#options.onAssigned(given.map(shareNamed)).then(this.#first.resolve, (error) => this.#fail(error));
      // Others wait for what was handed over.
      if (taken.length > 0) this.#joinAgain();
    });
  }

  #change(work: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing.then(() => (this.#over ? undefined : work())).catch((error) => this.#fail(error));
    return this.#changing;
  }

  #fail(error: unknown): void {
    this.#first.reject(error);
    this.#options.onFault(error);
  }

  #joinAgain(): void {
    this.#mustJoin = true;
    this.#wake.resolve();
  }

  async #rest(ms: number): Promise<void> {
    if (this.#mustJoin || this.#over) return;
    this.#wake = Promise.withResolvers();
    const over = new AbortController();
    await Promise.race([this.#wake.promise, pause(ms, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }

  /** Without it the others would wait for the session to end, as they do where no broker is there to be told. */
  async #tellLeft(): Promise<void> {
    if (this.#membership.memberId === '') return;
    let client: KafkaClient | null = null;
    const signal = AbortSignal.timeout(TELL_MS);
    try {
      client = await this.#parts.connect({ signal });
      await unlessAbandoned(client.sendToGroup(this.#parts.group, leaveGroup(this.#membership)), signal);
    } catch {
      // Then they wait for it.
    } finally {
      await client?.close();
    }
  }

  #said(): Buffer {
    const said: Said = {
      stages: this.#options.stages,
      held: [...this.#held],
      generation: this.#membership.generation,
    };
    return Buffer.from(JSON.stringify(said));
  }

  #shares(): Share[] {
    return [...this.#held].map(shareNamed);
  }
}

/** What the leader tells each member. */
function sharedOut({ members }: Joined): [memberId: string, assignment: Buffer][] {
  const said = members.map(({ memberId, metadata }) => {
    return { id: memberId, ...(JSON.parse(metadata.toString('utf8')) as Said) };
  });
  return [...assign(said)].map(([id, names]) => [id, Buffer.from(JSON.stringify(names))]);
}

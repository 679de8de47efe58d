/**
 * A client of the cluster: kafkajs's connections, authentication and metadata, with patience. Brokers that
 * restart, elect or load are waited for; what cannot pass is thrown at once.
 */
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Cluster, { type Broker, type Exchange } from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import createSocketFactory, { type SocketFactory } from 'kafkajs/src/network/socketFactory.js';
import { unlessAbandoned } from '../../abandon.ts';
import { monotonicNow } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import { CodeError, mayPass } from './errors.ts';
import type { Place } from './requests.ts';

/** Where the cluster is and how one gets in: what kafkajs takes. */
export interface Connection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: unknown;
  readonly sasl?: unknown;
}

/** How long something is tried, as long as somebody wants it. */
export interface Patience {
  /** As the client was told, unless said. */
  readonly ms?: number | undefined;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The signal keeps it from trying again; what is being tried is waited for. */
  readonly finishes?: boolean;
}

export interface ClientOptions extends Connection {
  /** Topics that this client reads or writes. */
  readonly topics: readonly string[];
  /** How long a request is tried before it fails. */
  readonly patienceMs: number;
  /** How long a broker may take to answer before its connection is taken for dead; 30 s unless said. */
  readonly requestTimeoutMs?: number | undefined;
  /** Told of what was tried again. */
  readonly onTrouble: (error: unknown) => void;
}

const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 5_000;
const TIMEOUT_CHECK_MS = 1_000;
const METADATA_AGE_MS = 300_000;
/** kafkajs's own patience is short: ours takes over, and knows what it waits for. */
const RETRY = { initialRetryTime: 20, maxRetryTime: 500, retries: 4 };
/** A transaction is refused for some two milliseconds after the one before it: commits that follow at once pay this. */
const PAUSE_MIN_MS = 1;
const PAUSE_MAX_MS = 1_000;
const GROUP = 0;
const TRANSACTION = 1;

export class KafkaClient {
  readonly #options: ClientOptions;
  readonly #cluster: Cluster;
  readonly #coordinators = new Map<string, Broker>();
  readonly #sockets = new Map<Socket, string>();
  #closed = false;
  /** Connections that were lost so far: whoever remembers the number knows whether a broker may have gone since. */
  losses = 0;

  constructor(options: ClientOptions) {
    const { brokers, clientId, ssl, sasl, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
    this.#options = options;
    this.#cluster = new Cluster({
      brokers,
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl }),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      authenticationTimeout: CONNECTION_TIMEOUT_MS * 2,
      reauthenticationThreshold: 10_000,
      requestTimeout: requestTimeoutMs,
      enforceRequestTimeout: true,
      metadataMaxAge: METADATA_AGE_MS,
      allowAutoTopicCreation: false,
      retry: RETRY,
      // What kafkajs would log comes as an error to whoever asked, and is tried again or reported there.
      logger: loggers.createLogger({ level: loggers.LEVELS.NOTHING, logCreator: () => () => {} }),
      socketFactory: this.#remembering(createSocketFactory()),
    });
  }

  async connect(patience?: Patience): Promise<void> {
    const connecting = async () => {
      await this.#cluster.connect();
      await this.#cluster.addMultipleTargetTopics(this.#options.topics);
    };
    await this.patiently('connecting', connecting, patience);
  }

  /**
   * What is still to be answered fails: kafkajs would wait for it, also where a broker holds a fetch or a join of the
   * group for half a minute, and for ever where no answer comes, since it looks at no time-outs while it disconnects.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.cut();
    await this.#cluster.disconnect();
  }

  /** Cuts all connections: what waits for an answer on them fails and is tried again on new ones. */
  cut(): void {
    for (const socket of this.#sockets.keys()) socket.destroy(new Error('the connection was cut'));
  }

  #remembering(make: SocketFactory): SocketFactory {
    return (options) => {
      const socket = make(options);
      this.#sockets.set(socket, `${options.host}:${options.port}`);
      socket.once('close', () => {
        this.losses++;
        this.#sockets.delete(socket);
        // kafkajs disconnects again and again what is gone, and each time a listener would wait for it to connect.
        socket.unref = () => socket;
      });
      return socket;
    };
  }

  partitionsOf(topic: string): number {
    return this.#cluster.findTopicPartitionMetadata(topic).length;
  }

  /** The broker that leads a partition, as far as is known. */
  leaderOf({ topic, partition }: Place): number {
    const found = this.#cluster.findTopicPartitionMetadata(topic).find((one) => one.partitionId === partition);
    if (found === undefined) throw new CodeError(3, `${topic}/${partition}`);
    if (found.leader < 0) throw new CodeError(5, `${topic}/${partition}`);
    return found.leader;
  }

  /** Who leads what may have changed. */
  async refresh(): Promise<void> {
    await this.#cluster.refreshMetadata();
  }

  /** Sends to a broker, once. */
  async send<T>(nodeId: number, exchange: Exchange<T>): Promise<T> {
    return this.#sendTo(await this.#cluster.findBroker({ nodeId }), exchange);
  }

  /** Asks all leaders of some places, each about its own, once; answers what all of them said. */
  async sendToLeaders<P extends Place, A>(places: readonly P[], request: (own: P[]) => Exchange<A[]>): Promise<A[]> {
    await this.#cluster.refreshMetadataIfNecessary();
    const byLeader = [...Map.groupBy(places, (place) => this.leaderOf(place))];
    const answers = await Promise.all(byLeader.map(([nodeId, own]) => this.send(nodeId, request(own))));
    return answers.flat();
  }

  /** Asks all brokers that are there, once. */
  async sendToAll<T>(request: () => Exchange<T>): Promise<T[]> {
    await this.#cluster.refreshMetadataIfNecessary();
    return Promise.all(this.#cluster.getNodeIds().map((nodeId) => this.send(Number(nodeId), request())));
  }

  /** Sends to the coordinator of a transactional id, once. */
  async sendToCoordinator<T>(transactionalId: string, exchange: Exchange<T>): Promise<T> {
    return this.#sendTo(await this.#coordinatorOf(transactionalId, TRANSACTION), exchange);
  }

  /** Sends to the coordinator of a group, once. */
  async sendToGroup<T>(group: string, exchange: Exchange<T>): Promise<T> {
    return this.#sendTo(await this.#coordinatorOf(group, GROUP), exchange);
  }

  async #coordinatorOf(name: string, coordinatorType: number): Promise<Broker> {
    const key = `${coordinatorType} ${name}`;
    let broker = this.#coordinators.get(key);
    if (broker === undefined) {
      broker = await this.#cluster.findGroupCoordinator({ groupId: name, coordinatorType });
      this.#coordinators.set(key, broker);
    }
    return broker;
  }

  async sendToAny<T>(exchange: Exchange<T>): Promise<T> {
    return this.#sendTo(await this.#cluster.findControllerBroker(), exchange);
  }

  /**
   * A connection that does not answer in time may be cut without knowing it. It is closed at once, which fails
   * whatever else waits on it, and kafkajs opens another; left to itself it would wait for all of that first.
   */
  async #sendTo<T>(broker: Broker, exchange: Exchange<T>): Promise<T> {
    try {
      return await broker.connectionPool.send(exchange);
    } catch (error) {
      if ((error as Error).name === 'KafkaJSRequestTimeoutError') {
        const { host, port } = broker.connectionPool;
        for (const [socket, address] of this.#sockets) {
          if (address === `${host}:${port}`) socket.destroy(error as Error);
        }
      }
      throw error;
    }
  }

  /** Does `work` until it goes well, fails for good, or patience ends. Who leads and coordinates is asked anew in between. */
  async patiently<T>(
    what: string,
    work: () => Promise<T>,
    { ms, signal, finishes = false }: Patience = {},
  ): Promise<T> {
    const patienceMs = ms ?? this.#options.patienceMs;
    const end = monotonicNow() + patienceMs;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      if (this.#closed) throw new WeirError('LOG_CLOSED', `The log is closed; ${what} is not done any more.`);
      try {
        signal?.throwIfAborted();
        return await (finishes ? work() : unlessAbandoned(work(), signal));
      } catch (error) {
        signal?.throwIfAborted();
        if (this.#closed) continue;
        if (!mayPass(error)) throw error;
        if (monotonicNow() > end) {
          throw new WeirError('LOG_UNAVAILABLE', `Kafka did not let ${what} through in ${patienceMs} ms.`, {
            cause: error,
          });
        }
        if (!(error instanceof CodeError) || error.remedy !== 'again')
          await unlessAbandoned(this.#lookAround(error), signal);
        await unlessAbandoned(pause(pauseMs), signal);
      }
    }
  }

  /** What is known of the cluster may be what was wrong. */
  async #lookAround(error: unknown): Promise<void> {
    this.#options.onTrouble(error);
    this.#coordinators.clear();
    try {
      await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
    } catch {
      // The next try meets the same trouble, and counts.
    }
  }
}

/**
 * kafkajs 2.2.4 wakes every connection up for good after its first response, and looks for timeouts ten
 * times a second: an idle process would burn a few percent of a core.
 */
function patchRequestQueue(): void {
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
  RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      const now = Date.now();
      for (const request of this.inflight.values()) {
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    }, TIMEOUT_CHECK_MS);
    this.requestTimeoutIntervalId.unref();
  };
}

// At once, so that it holds for kafkajs's own admin client as well.
patchRequestQueue();

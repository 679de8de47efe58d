/**
 * What is used of kafkajs's inside: connections, authentication, metadata and coordinators, but neither its
 * producer nor its consumer. kafkajs is pinned, and has no release to come that could move these.
 */
// biome-ignore-all lint/style/noDefaultExport: that is how kafkajs exports them.
declare module 'kafkajs/src/cluster/index.js' {
  export interface ConnectionPool {
    readonly host: string;
    readonly port: number;
    send<T>(exchange: Exchange<T>): Promise<T>;
  }
  /** A request and how its answer is read, as kafkajs wants both. */
  export interface Exchange<T> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
    };
    readonly response: {
      readonly decode: (payload: Buffer) => Promise<{ readonly answer: T; readonly clientSideThrottleTime: number }>;
      readonly parse: (decoded: { readonly answer: T }) => Promise<T>;
    };
    readonly requestTimeout?: number;
    readonly logResponseError?: boolean;
  }
  export interface Broker {
    readonly nodeId: number;
    readonly connectionPool: ConnectionPool;
  }
  export interface PartitionMetadata {
    readonly partitionId: number;
    readonly leader: number;
  }
  export interface ClusterOptions {
    readonly brokers: readonly string[];
    readonly clientId: string;
    readonly ssl?: unknown;
    readonly sasl?: unknown;
    readonly connectionTimeout: number;
    readonly authenticationTimeout: number;
    readonly reauthenticationThreshold: number;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly allowAutoTopicCreation: boolean;
    readonly retry: { readonly initialRetryTime: number; readonly maxRetryTime: number; readonly retries: number };
    readonly logger: unknown;
    readonly socketFactory: unknown;
  }
  export default class Cluster {
    constructor(options: ClusterOptions);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    findBroker(of: { readonly nodeId: number | string }): Promise<Broker>;
    findControllerBroker(): Promise<Broker>;
    getNodeIds(): readonly string[];
    findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    readonly inflight: ReadonlyMap<
      number,
      { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
    >;
    readonly enforceRequestTimeout: boolean;
    requestTimeoutIntervalId: NodeJS.Timeout;
    isConnected(): boolean;
    destroy(): void;
    scheduleCheckPendingRequests(): void;
    scheduleRequestTimeoutCheck(): void;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { Socket } from 'node:net';

  export type SocketFactory = (options: { readonly host: string; readonly port: number }) => Socket;
  export default function createSocketFactory(): SocketFactory;
}

declare module 'kafkajs/src/loggers/index.js' {
  interface Entry {
    readonly namespace: string;
    readonly level: number;
    readonly log: { readonly message: string; readonly [extra: string]: unknown };
  }
  const loggers: {
    readonly createLogger: (options: {
      readonly level: number;
      readonly logCreator: (level: number) => (entry: Entry) => void;
    }) => unknown;
    readonly LEVELS: { readonly NOTHING: number; readonly ERROR: number; readonly WARN: number };
  };
  export default loggers;
}

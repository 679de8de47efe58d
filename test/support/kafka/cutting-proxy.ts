/**
 * A proxy before a broker that knows requests by their kind and cuts the connections of some: before the
 * request arrives, or after the broker did what was asked and before its answer comes back. So a commit breaks off
 * exactly between its records and its end, or is done and nobody knows it.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Kinds of requests, by their numbers in Kafka's protocol. */
export const REQUESTS = {
  produce: 0,
  fetch: 1,
  heartbeat: 12,
  initProducer: 22,
  addPartitions: 24,
  endTxn: 26,
} as const;
export type RequestKind = keyof typeof REQUESTS;

export interface Cut {
  readonly kind: RequestKind;
  /** What is lost with the connection. */
  readonly lost: 'request' | 'answer';
  /** How often. */
  readonly times: number;
}

export interface CutUnderway {
  readonly done: number;
  /** Nothing is cut any more. */
  end(): void;
}

interface Rule extends Cut {
  done: number;
}

export class CuttingProxy {
  readonly port: number;
  /** Port of the broker; to be set before anything connects. */
  target = 0;
  readonly #server: Server;
  readonly #rules = new Set<Rule>();
  readonly #clients = new Set<Socket>();

  static async start(): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  cut(cut: Cut): CutUnderway {
    const rule: Rule = { ...cut, done: 0 };
    this.#rules.add(rule);
    return {
      get done() {
        return rule.done;
      },
      end: () => void this.#rules.delete(rule),
    };
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
    this.#server.close();
  }

  #accept(client: Socket): void {
    const broker = connect(this.target, '127.0.0.1');
    this.#clients.add(client);
    const hangUp = () => {
      this.#clients.delete(client);
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) socket.on('error', hangUp).on('close', hangUp);
    /** Answers that are not to arrive, by the number that request and answer share. */
    const lost = new Set<number>();
    onFrames(client, (frame) => {
      const rule = this.#ruleFor(frame.readInt16BE(4));
      if (rule?.lost === 'request') return hangUp();
      if (rule?.lost === 'answer') lost.add(frame.readInt32BE(8));
      pass(frame, client, broker);
    });
    onFrames(broker, (frame) => {
      if (lost.has(frame.readInt32BE(4))) return hangUp();
      pass(frame, broker, client);
    });
  }

  /** The rule that a request falls under, counted. */
  #ruleFor(kind: number): Rule | null {
    for (const rule of this.#rules) {
      if (REQUESTS[rule.kind] !== kind || rule.done >= rule.times) continue;
      rule.done++;
      return rule;
    }
    return null;
  }
}

/** Tells each request or answer once it is whole, its length before it. */
function onFrames(socket: Socket, told: (frame: Buffer) => void): void {
  let parts: Buffer[] = [];
  let bytes = 0;
  let wanted = 4;
  socket.on('data', (data) => {
    parts.push(data as Buffer);
    bytes += data.length;
    while (bytes >= wanted && !socket.destroyed) {
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      const length = 4 + all.readInt32BE(0);
      if (bytes >= length) told(all.subarray(0, length));
      const rest = bytes >= length ? all.subarray(length) : all;
      parts = [rest];
      bytes = rest.length;
      wanted = bytes >= 4 ? 4 + rest.readInt32BE(0) : 4;
    }
  });
}

/** Whoever writes faster than the other reads is asked to wait. */
function pass(frame: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed || to.write(frame)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

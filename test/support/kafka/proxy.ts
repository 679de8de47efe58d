/**
 * A proxy before a broker whose connections go dead: what was opened before swallows whatever is sent, either way,
 * and says nothing, as behind a firewall that has forgotten it. What is opened after works.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class SwallowingProxy {
  readonly port: number;
  /** Port of the broker; to be set before anything connects. */
  target = 0;
  readonly #server: Server;
  #bytesLeft = Number.POSITIVE_INFINITY;
  readonly #pairs = new Set<{ readonly client: Socket; readonly broker: Socket }>();

  static async start(): Promise<SwallowingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SwallowingProxy(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** From now on nothing comes through what is open. */
  swallow(): void {
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    for (const { client, broker } of this.#pairs) {
      client.unpipe(broker);
      broker.unpipe(client);
      client.resume();
      broker.destroy();
    }
    this.#pairs.clear();
  }

  /** The same once so many more bytes have come from clients. */
  swallowAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  close(): void {
    for (const { client, broker } of this.#pairs) {
      client.destroy();
      broker.destroy();
    }
    this.#server.close();
  }

  #accept(client: Socket): void {
    client.on('error', () => {});
    const broker = connect(this.target, '127.0.0.1');
    const pair = { client, broker };
    this.#pairs.add(pair);
    broker.on('error', () => {});
    client.on('data', ({ length }) => {
      this.#bytesLeft -= length;
      if (this.#bytesLeft < 0) this.swallow();
    });
    client.pipe(broker);
    broker.pipe(client);
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('close', () => {
        if (this.#pairs.delete(pair)) other.destroy();
      });
    }
  }
}

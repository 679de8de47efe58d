/**
 * The receiving side of the webhook bench, a process of its own: one server that takes messages, and ten that
 * take them and never answer. It tells the parent when each message came, by transfer.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const DEAD = 10;

/** Told once: where the servers listen. */
export interface Listening {
  readonly healthy: string;
  readonly dead: readonly string[];
}

/** Told on demand: how many messages came, and the times of those that were asked for. */
export interface Taken {
  readonly count: number;
  /** First message of each transfer: ms since 1970. */
  readonly at: { readonly [transferId: string]: number };
}

const at: { [transferId: string]: number } = {};
let count = 0;
let keepTimes = false;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://localhost:${(server.address() as AddressInfo).port}/`));
  });
}

const healthy = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    count++;
    response.writeHead(204).end();
    if (!keepTimes) return;
    const now = performance.timeOrigin + performance.now();
    const { transferId } = (JSON.parse(body.toString('utf8')) as { data: { transferId?: string } }).data;
    if (transferId !== undefined) at[transferId] ??= now;
  });
});

process.on('message', (message: { readonly ask: 'count' | 'times' | 'keep' }) => {
  if (message.ask === 'keep') keepTimes = true;
  else process.send?.({ count, at: message.ask === 'times' ? at : {} } satisfies Taken);
});

const addresses = {
  healthy: await listen(healthy),
  dead: await Promise.all(Array.from({ length: DEAD }, () => listen(createServer(() => undefined)))),
};
process.send?.(addresses satisfies Listening);

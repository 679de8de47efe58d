/** Ports that stay free until the server of a test takes them. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Between the ports of well-known services and those of connections, on every system that Weir runs on. */
const [PORTS_FROM, PORTS_BELOW] = [10_000, 32_000];

/**
 * Free ports, held together while they are looked for so that they differ. They lie below those that a system gives
 * away by itself: else some connection, or the server of another test, takes one while its own is not up, or not up
 * again, and who connects to it meanwhile may reach itself.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  while (held.length < count) {
    const server = createServer();
    server.listen(randomInt(PORTS_FROM, PORTS_BELOW), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) held.push(server);
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}

/**
 * Connections at a stop. Node closes those that are idle at that moment; one that was opened in advance and
 * never used, or is idle a moment later, would hold up the stop until it times out.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export class Connections {
  /** Connection → requests on it that have no answer yet. */
  readonly #open = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#change(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#change(socket, 1);
      response.once('close', () => this.#change(socket, -1));
    });
  }

  /** Closes each as soon as everything that was asked on it is answered. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#open.keys()) this.#change(socket, 0);
  }

  #change(socket: Socket, by: number): void {
    const unanswered = (this.#open.get(socket) ?? 0) + by;
    if (!socket.destroyed) this.#open.set(socket, unanswered);
    if (this.#closing && unanswered === 0) socket.destroySoon();
  }
}

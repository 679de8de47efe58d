/** Waiting for records without polling: a thread sleeps until a writer, in whatever thread, publishes an end. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { WeirError } from '../../errors.ts';
import type { Offsets } from './shared.ts';

export interface Waitable {
  /** What is raised when it may have become ready. */
  readonly signal: number;
  ready(): boolean;
}

interface Waiter {
  readonly on: readonly Waitable[];
  readonly resolve: () => void;
  readonly reject: (reason: WeirError) => void;
}

export class Waits {
  readonly #offsets: Offsets;
  readonly #waiters = new Set<Waiter>();
  /** Signals with a wait under way. One each suffices for all waiters, and none can be taken back. */
  readonly #armed = new Set<number>();
  /** A wait of `Atomics` alone would let the thread end; an open port keeps it as long as somebody waits. */
  readonly #alive: MessagePort;
  #closed = false;

  constructor(offsets: Offsets) {
    this.#offsets = offsets;
    this.#alive = new MessageChannel().port1;
    this.#alive.unref();
  }

  /** Resolves as soon as one of them is ready. */
  any(on: readonly Waitable[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.refuseWhereClosed();
      const waiter = { on, resolve, reject };
      this.#waiters.add(waiter);
      this.#check(waiter);
      this.#keepAlive();
    });
  }

  refuseWhereClosed(): void {
    if (this.#closed) throw closed();
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(closed());
    this.#waiters.clear();
    this.#alive.close();
  }

  #check(waiter: Waiter): void {
    if (waiter.on.some((one) => one.ready() || !this.#arm(one))) {
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** False where the end moved meanwhile and `one` is ready after all. */
  #arm(one: Waitable): boolean {
    const { signal } = one;
    while (!this.#armed.has(signal)) {
      const state = this.#offsets.stateOf(signal);
      // Looked at after the state was taken: whatever is published from here on ends the wait.
      if (one.ready()) return false;
      const change = this.#offsets.changed(signal, state);
      if (!change) continue;
      this.#armed.add(signal);
      change.then(() => this.#wake(signal));
    }
    return true;
  }

  #wake(signal: number): void {
    this.#armed.delete(signal);
    for (const waiter of [...this.#waiters]) {
      if (waiter.on.some((one) => one.signal === signal)) this.#check(waiter);
    }
    this.#keepAlive();
  }

  #keepAlive(): void {
    if (this.#closed) return;
    if (this.#waiters.size > 0) this.#alive.ref();
    else this.#alive.unref();
  }
}

function closed(): WeirError {
  return new WeirError('LOG_CLOSED', 'The log was closed; nothing more is read from it.');
}

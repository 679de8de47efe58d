/** The webhook sender in a thread of its own, as the main thread sees it: started, listened to, stopped in good order. */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, WeirError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { EndpointHealth, WebhookSender } from './sender.ts';
import type { FromSenderThread, MadeAttempt, SenderThreadData, ToSenderThread } from './thread.ts';

export interface SenderThreadOptions extends SenderThreadData {
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Gives up a start that has to wait; it then rejects with the signal’s reason. */
  readonly signal?: AbortSignal;
  /** Called with each attempt, soon after it was made: for metrics. */
  readonly onAttempt: (made: MadeAttempt) => void;
  /** What ended the sender: a fault of ours, a log that it cannot read on, or another that took over. */
  readonly onFault: (error: unknown) => void;
}

const ENTRY = new URL('./thread.ts', import.meta.url);

/** Resolves when it sends. */
export async function startSenderThread(options: SenderThreadOptions): Promise<WebhookSender> {
  const { signal } = options;
  signal?.throwIfAborted();
  const thread = new SenderThread(options);
  const giveUp = () => thread.giveUp(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await thread.up;
    return thread;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

class SenderThread implements WebhookSender {
  readonly up: Promise<void>;
  readonly #options: SenderThreadOptions;
  readonly #worker: Worker;
  readonly #up = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #health: readonly EndpointHealth[] = [];
  #over = false;

  constructor(options: SenderThreadOptions) {
    const { log, config, version } = options;
    this.#options = options;
    this.up = this.#up.promise;
    this.#worker = new Worker(ENTRY, {
      name: 'webhooks',
      workerData: { log, config, version } satisfies SenderThreadData,
    });
    this.#worker.on('message', (message: FromSenderThread) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => {
      this.#fail(new Error(`the thread that sends webhooks ended by itself with code ${code}`));
      this.#ended.resolve();
    });
  }

  /** As of the last report, a second ago at most. */
  health(): readonly EndpointHealth[] {
    return this.#health;
  }

  async stop(): Promise<void> {
    this.#tellToStop();
    await this.#ended.promise;
  }

  /** What becomes of it is nobody’s any more. */
  giveUp(reason: unknown): void {
    this.#over = true;
    this.#tellToStop();
    this.#up.reject(reason);
  }

  #tellToStop(): void {
    this.#worker.postMessage({ kind: 'stop' } satisfies ToSenderThread);
  }

  #take(message: FromSenderThread): void {
    const { logger, onAttempt } = this.#options;
    if (message.kind === 'up') this.#up.resolve();
    else if (message.kind === 'said') logger[message.level](message.facts, message.text);
    else if (message.kind === 'trouble')
      logger.warn({ reason: message.message }, 'the log of the webhooks had trouble');
    else if (message.kind === 'failed') this.#fail(errorOf(message));
    else if (message.kind === 'stopped') this.#over = true;
    else {
      this.#health = message.health;
      for (const made of message.attempts) onAttempt(made);
    }
  }

  /** Of what it failed first is told once: to whoever waits for its start, else to `onFault`. */
  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#up.reject(error);
    this.up.then(
      () => this.#options.onFault(error),
      () => undefined,
    );
  }
}

function errorOf({ code, message, stack }: Extract<FromSenderThread, { kind: 'failed' }>): Error {
  const error = code === null ? new Error(message) : new WeirError(code as ErrorCode, message);
  error.stack = stack;
  return error;
}

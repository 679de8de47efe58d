/**
 * How a process begins and ends. Parts start in order and stop in the opposite one, within a deadline;
 * a second signal ends it at once; an error that nobody foresaw ends it before anything more is
 * committed, because a process that lives on after one may commit what it should not.
 */
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { isWeirError } from './errors.ts';

export const EXIT_CODES = {
  ok: { code: 0, en: 'Done.', zh: '完成。' },
  failed: { code: 1, en: 'What was asked for could not be done, or not in full.', zh: '未能完成，或未全部完成。' },
  usage: { code: 2, en: 'The command line, a setting or a file of settings is wrong.', zh: '命令行或设置有误。' },
  fault: { code: 70, en: 'A fault of the program; the log says where.', zh: '程序错误，详见日志。' },
  deadline: { code: 75, en: 'A graceful stop took too long and was cut off.', zh: '优雅停止超时，已强制结束。' },
  interrupted: { code: 130, en: 'A second SIGINT or SIGTERM ended it at once.', zh: '再次收到信号，立即结束。' },
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** The exit code of an error: people’s mistakes are told from faults of the program. */
export function exitReasonOf(error: unknown): ExitReason {
  if (!isWeirError(error)) return 'fault';
  return error.code === 'CONFIG_INVALID' || error.code === 'SETTINGS_INVALID' ? 'usage' : 'failed';
}

export interface LifecycleOptions {
  readonly logger: Logger;
  readonly stopDeadlineMs: number;
  /** Ends the process; a parameter so that tests see what would have happened. */
  readonly exit: (code: number) => void;
  /** Called once, when the stop begins. */
  readonly onStopping?: (why: string) => void;
  /** Called once with an error that ends the process, before it ends. */
  readonly onFailed?: (error: unknown) => void;
}

interface Part {
  readonly name: string;
  readonly stop: () => void | Promise<void>;
}

export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #parts: Part[] = [];
  #stopping = false;
  /** What a stop waits for. */
  #stoppingPart: string | null = null;
  #failed = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Starts a part and remembers how to stop it. A part that fails to start ends the start. */
  async start<T>(name: string, start: () => T | Promise<T>, stop: (started: T) => void | Promise<void>): Promise<T> {
    const started = await start();
    this.#parts.push({ name, stop: () => stop(started) });
    this.#options.logger.debug({ part: name }, 'started');
    return started;
  }

  /** Stops on SIGTERM and SIGINT; a second one ends the process at once. Faults end it, too. */
  listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (this.#stopping) this.#options.exit(EXIT_CODES.interrupted.code);
        else void this.stop(signal).then((reason) => this.#options.exit(EXIT_CODES[reason].code));
      });
    }
    process.on('uncaughtException', (error) => this.fail(error));
    process.on('unhandledRejection', (error) => this.fail(error));
  }

  /** Stops all parts, last started first. What throws while it stops is logged, and the rest still stops. */
  async stop(why: string): Promise<ExitReason> {
    if (this.#stopping) return 'ok';
    this.#stopping = true;
    this.#options.onStopping?.(why);
    const deadline = Promise.withResolvers<'deadline'>();
    const timer = setTimeout(() => deadline.resolve('deadline'), this.#options.stopDeadlineMs);
    const result = await Promise.race([this.#stopParts(), deadline.promise]);
    clearTimeout(timer);
    const part = this.#stoppingPart;
    if (result === 'deadline')
      this.#options.logger.error({ why, part }, 'the graceful stop was cut off at its deadline');
    else this.#options.logger.info({ why, result }, 'stopped');
    return result;
  }

  async #stopParts(): Promise<ExitReason> {
    let result: ExitReason = 'ok';
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      this.#stoppingPart = part.name;
      try {
        await part.stop();
      } catch (error) {
        this.#options.logger.error({ err: error, part: part.name }, 'a part failed to stop');
        result = exitReasonOf(error);
      }
    }
    return result;
  }

  /** Ends the process because of an error, without committing anything more. */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.logger.fatal({ err: error }, 'the process ends because of an error');
    this.#options.onFailed?.(error);
    this.#options.exit(EXIT_CODES[exitReasonOf(error)].code);
  }
}

const SHELL = '/bin/sh';

/**
 * Ends the process as it stands. An ordinary exit lets native code clean up, and where threads are in the middle of
 * a transaction that ends in a segmentation fault, or never, with the folder held. So the process becomes another
 * program, which does nothing but end with the code.
 */
export function exitAtOnce(code: number): void {
  if (process.execve !== undefined && existsSync(SHELL)) process.execve(SHELL, ['sh', '-c', `exit ${code}`]);
  process.exit(code);
}

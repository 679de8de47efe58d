/** Weir's side: the same transfers in its own schema, folded by a process of its own on the same broker. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { declareSchemas } from '../../commands/engine.ts';
import { type LogSource, openLog } from '../../runtime/log/open.ts';
import type { Log } from '../../runtime/log/port.ts';
import { ValueWriter } from '../../runtime/log/values.ts';
import { type Transfer, transferRecord } from '../../schemas/events/transfer.ts';
import type { PeerMessage, PeerTask } from '../peer-worker.ts';
import type { PeerTransfer } from './reference.ts';

export const PREFIX = 'weir.';
/** As many as the peer's topics have. */
export const PARTITIONS = 4;
const BATCH = 5_000;
const ROOT = join(import.meta.dirname, '..');

export function sourceOf(brokers: readonly string[], registryUrl: string): LogSource {
  return {
    kind: 'kafka',
    options: {
      connection: { brokers: [...brokers], clientId: 'weir-bench' },
      registry: { url: registryUrl },
      prefix: PREFIX,
      makeTopics: { partitions: PARTITIONS },
    },
  };
}

/** Makes the topics, and loads the transfers. */
export async function loadWeir(source: LogSource, transfers: readonly PeerTransfer[]): Promise<void> {
  const log = await openLog(source);
  try {
    await declareSchemas(log);
    await appendTransfers(log, transfers);
  } finally {
    await log.close();
  }
}

/** One for all appends, since what it takes is copied out: a megabyte for each append kept the collector of the bench busy. */
const writer = new ValueWriter(1 << 20);

export async function appendTransfers(log: Log, transfers: readonly PeerTransfer[]): Promise<void> {
  const { type, fingerprint } = transferRecord;
  for (let from = 0; from < transfers.length; from += BATCH) {
    for (const transfer of transfers.slice(from, from + BATCH)) writer.write(type, weirTransferOf(transfer));
    await log.append({ topic: 'transfers', partition: 0, fingerprint, values: writer.take() });
  }
}

function weirTransferOf(transfer: PeerTransfer): Transfer {
  return {
    transferId: transfer.id,
    at: transfer.at,
    kind: 'transfer',
    status: 'submitted',
    debtor: { party: transfer.debtor, account: transfer.debtorAccount },
    creditor: { party: transfer.creditor, account: transfer.creditorAccount },
    amount: { minor: transfer.amountMinor, currency: transfer.currency },
    channel: transfer.channel,
  } as Transfer;
}

/** A process that routes and scores. */
export class WeirWorker {
  readonly #child: ChildProcess;
  /** When it had restored and began to fold, ms. */
  readonly running: Promise<number>;
  readonly done: Promise<Extract<PeerMessage, { kind: 'done' }>>;

  constructor(task: PeerTask) {
    this.#child = fork(join(ROOT, 'peer-worker.ts'), { execArgv: ['--import', join(ROOT, 'peer-rules.ts')] });
    const running = Promise.withResolvers<number>();
    const done = Promise.withResolvers<Extract<PeerMessage, { kind: 'done' }>>();
    this.running = running.promise;
    this.done = done.promise;
    this.done.catch(() => {});
    this.#child.on('message', (message: PeerMessage) => {
      if (message.kind === 'running') running.resolve(message.at);
      else done.resolve(message);
    });
    this.#child.once('exit', (code) => {
      const error = new Error(`Weir's worker ended with code ${code}`);
      running.reject(error);
      done.reject(error);
    });
    this.#child.send(task);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.send({ kind: 'stop' });
    await ended;
  }
}

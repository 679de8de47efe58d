/** `weir replay --verify`: folds the journal again and compares every decision and alert, byte for byte. */
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Difference, type VerifyReport, verifyReplay } from '../processors/backtest/verify.ts';
import { WeirError } from '../runtime/errors.ts';
import type { AdminClient } from './admin/client.ts';
import type { AdminAction } from './admin/routes.ts';
import { type Cli, type Declare, settingsOf, withFolder } from './cli.ts';
import type { Engine } from './engine.ts';
import type { FromReplay, ReplayProgress, ReplayThreadData } from './replay-thread.ts';
import { formatCount, type Text } from './terminal.ts';

/** How a replay in the running process stands. */
interface Standing {
  readonly progress: ReplayProgress | null;
  readonly report: VerifyReport | null;
  readonly failure: string | null;
}

const ENTRY = new URL('./replay-thread.ts', import.meta.url);
const ASK_MS = 500;

/** What the running Weir does for this command: one replay at a time, in a thread of its own. */
export function replayActions({ log }: Pick<Engine, 'log'>, folder: string): AdminAction[] {
  let standing: Standing | null = null;
  const begin = () => {
    if (standing !== null && standing.report === null && standing.failure === null) return;
    standing = { progress: null, report: null, failure: null };
    const workerData: ReplayThreadData = { folder, shared: log.shared };
    const worker = new Worker(ENTRY, { name: 'replay', workerData });
    worker.on('message', (message: FromReplay) => {
      standing = { progress: null, report: null, failure: null, ...bodyOf(message) };
    });
    worker.on('error', (error) => {
      standing = { progress: null, report: null, failure: (error as Error).message };
    });
  };
  return [
    { method: 'POST', path: '/replay', answer: async () => begin() },
    { method: 'GET', path: '/replay', answer: async () => standing ?? {} },
  ];
}

function bodyOf(message: FromReplay): Partial<Standing> {
  return message.kind === 'progress' ? { progress: message.progress } : { report: message.report };
}

export const declareReplay: Declare = (program, cli) => {
  program
    .command('replay')
    .description('Fold the journal again and prove that every decision and alert comes out byte for byte the same.')
    .requiredOption('--verify', 'compare with what the log holds, and name the first difference')
    .option('--json', 'the report as JSON')
    .action(async (options: { json?: boolean }) => {
      const { terminal } = cli;
      const report = await withFolder(settingsOf(cli), (holder) => {
        const onProgress = (progress: ReplayProgress) => terminal.live(terminal.say(progressText(progress)));
        if (holder.kind === 'own') return verifyReplay({ log: holder.log, onProgress });
        return replayThere(holder.client, onProgress);
      });
      terminal.live('');
      if (options.json === true) terminal.print(JSON.stringify(report));
      else print(cli, report);
      if (report.difference !== null) throw new WeirError('REPLAY_DIFFERS', sentenceOf(report.difference));
    });
};

async function replayThere(client: AdminClient, onProgress: (progress: ReplayProgress) => void): Promise<VerifyReport> {
  await client.ask('POST', '/replay', {});
  for (;;) {
    const { progress, report, failure } = await client.ask<Standing>('GET', '/replay');
    if (report !== null) return report;
    if (failure !== null) throw new Error(`the replay failed in the running Weir: ${failure}`);
    if (progress !== null) onProgress(progress);
    await pause(ASK_MS);
  }
}

function progressText({ partition, folded, of }: ReplayProgress): Text {
  const [done, all] = [formatCount(folded), formatCount(of)];
  return {
    en: `Partition ${partition}: ${done} of ${all} journal blocks folded`,
    zh: `分区 ${partition}：已重算 ${done} / ${all} 个流水块`,
  };
}

function print({ terminal }: Cli, { entries, partitions, outputs, difference }: VerifyReport): void {
  const counts = Object.entries(outputs)
    .filter(([, count]) => count > 0)
    .map(([topic, count]) => `${formatCount(count)} ${topic}`)
    .join(', ');
  const same = difference === null;
  terminal.print(
    terminal.say({
      en: `${formatCount(entries)} entries of ${partitions} partitions folded again${same ? '; every output is the same, byte for byte' : ''}: ${counts || 'none'}`,
      zh: `重算 ${partitions} 个分区的 ${formatCount(entries)} 条流水${same ? '，全部输出逐字节相同' : ''}：${counts || '无'}`,
    }),
  );
}

function sentenceOf({ partition, topic, offset, journalOffset, stored, folded }: Difference): string {
  return [
    `the first difference is ${topic}/${partition} at ${offset}, from the journal block at ${journalOffset}`,
    `stored: ${JSON.stringify(stored)}`,
    `folded: ${JSON.stringify(folded)}`,
  ].join('\n');
}

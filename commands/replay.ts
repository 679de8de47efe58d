/** `weir replay --verify`: folds the journal again and compares every decision and alert, byte for byte. */
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Difference, VerifyReport } from '../processors/backtest/verify.ts';
import { verifyFolder } from '../processors/backtest/verify-folder.ts';
import { type ErrorCode, WeirError } from '../runtime/errors.ts';
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
  readonly failure: { readonly code: ErrorCode | null; readonly message: string } | null;
}

const replayBody = z.object({ from: z.string().nullable() });

const ENTRY = new URL('./replay-thread.ts', import.meta.url);
const ASK_MS = 500;

/** What the running Weir does for this command: one replay at a time, in a thread of its own. */
export function replayActions({ logSource }: Pick<Engine, 'logSource'>, folder: string): AdminAction[] {
  let standing: Standing | null = null;
  const begin = (from: string | null) => {
    if (standing !== null && standing.report === null && standing.failure === null) return;
    standing = { progress: null, report: null, failure: null };
    const workerData: ReplayThreadData = { folder, from, log: logSource };
    const worker = new Worker(ENTRY, { name: 'replay', workerData });
    worker.on('message', (message: FromReplay) => {
      standing = { progress: null, report: null, failure: null, ...bodyOf(message) };
    });
    worker.on('error', (error) => {
      const { code, message } = error as Error & { code?: ErrorCode };
      standing = { progress: null, report: null, failure: { code: code ?? null, message } };
    });
  };
  return [
    { method: 'POST', path: '/replay', answer: async ({ body }) => begin(replayBody.parse(body).from) },
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
    .option(
      '--from <build>',
      'begin where that build stopped, or at the “beginning”; without it where the last build before this one stopped',
    )
    .option('--json', 'the report as JSON')
    .action(async ({ json = false, from = null }: { json?: boolean; from?: string | null }) => {
      const { terminal } = cli;
      const report = await withFolder(settingsOf(cli), (holder) => {
        const onProgress = (progress: ReplayProgress) => terminal.live(terminal.say(progressText(progress)));
        if (holder.kind === 'running') return replayThere(holder.client, from, onProgress);
        return verifyFolder({ log: holder.log, dataDir: holder.dataDir, from, onProgress });
      });
      terminal.live('');
      if (json) terminal.print(JSON.stringify(report));
      else print(cli, report);
      if (report.difference !== null) throw new WeirError('REPLAY_DIFFERS', sentenceOf(report.difference));
    });
};

async function replayThere(
  client: AdminClient,
  from: string | null,
  onProgress: (progress: ReplayProgress) => void,
): Promise<VerifyReport> {
  await client.ask('POST', '/replay', { from });
  for (;;) {
    const { progress, report, failure } = await client.ask<Standing>('GET', '/replay');
    if (report !== null) return report;
    if (failure !== null) {
      if (failure.code !== null) throw new WeirError(failure.code, failure.message);
      throw new Error(`the replay failed in the running Weir: ${failure.message}`);
    }
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

function print({ terminal }: Cli, { entries, partitions, starts, outputs, difference }: VerifyReport): void {
  if (starts.some((start) => start > 0)) {
    terminal.print(
      terminal.say({
        en: 'Begun where another build stopped; what came before was folded by that one.',
        zh: '自另一版本停止之处开始；此前的流水由该版本处理。',
      }),
    );
  }
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
  if (topic === null) {
    return `partition ${partition}: the outputs that are kept are the same, but the digest of all up to journal offset ${journalOffset} is not: stored ${stored}, folded ${folded}`;
  }
  return [
    `the first difference is ${topic}/${partition} at ${offset}, from the journal block at ${journalOffset}`,
    `stored: ${JSON.stringify(stored)}`,
    `folded: ${JSON.stringify(folded)}`,
  ].join('\n');
}

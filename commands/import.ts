/** `weir import FILE`: real data in, with a progress bar; run again, it adds nothing twice. */
import { type ImportMode, type ImportSummary, importFile } from '../producers/files/import.ts';
import { loadMapping } from '../producers/files/mapping.ts';
import { kindOf } from '../producers/files/source.ts';
import { Intake } from '../producers/intake.ts';
import { WeirError } from '../runtime/errors.ts';
import { EXIT_CODES } from '../runtime/lifecycle.ts';
import { type Cli, type Declare, settingsOf } from './cli.ts';
import { mayBeEvaluation } from './engine.ts';
import { ProgressBar } from './progress-bar.ts';
import { formatCount, type Terminal, type Text } from './terminal.ts';
import { withEngine } from './with-engine.ts';

interface ImportFlags {
  readonly mapping?: string;
  readonly mode?: string;
  readonly rejects?: string;
}

const MODES: readonly ImportMode[] = ['evaluation', 'backfill', 'live'];
/** What archives are read with, unless told otherwise. */
const ARCHIVE_MAPPING = 'amlsim';

export const declareImport: Declare = (program, cli) => {
  program
    .command('import')
    .argument('<file>', '.csv, .csv.gz, .tgz of AMLSim’s sample, or .ndjson of our own events')
    .description('Bring in a file; bad lines go to a reject file. A second run adds nothing twice.')
    .option('--mapping <name|file>', 'which column is what: a YAML file, or one that comes with Weir')
    .option('--mode <mode>', `${MODES.join(', ')}; in a new folder evaluation unless said, else backfill`)
    .option('--rejects <file>', 'where bad lines go; beside the file unless said')
    .action(async (file: string, flags: ImportFlags) => {
      const summary = await runImport(cli, file, flags);
      report(cli.terminal, summary);
      if (summary.rejected > 0 || !summary.complete) cli.exitCode = EXIT_CODES.failed.code;
    });
};

async function runImport(cli: Cli, file: string, flags: ImportFlags): Promise<ImportSummary> {
  const loaded = settingsOf(cli);
  const { dataDir } = loaded.config;
  const mappingName = flags.mapping ?? (kindOf(file) === 'archive' ? ARCHIVE_MAPPING : undefined);
  const mapping = mappingName === undefined ? {} : { mapping: await loadMapping(mappingName) };
  const mode = modeOf(flags.mode) ?? (mayBeEvaluation(dataDir) ? 'evaluation' : 'backfill');
  const options = { evaluation: mode === 'evaluation', mayCreate: true };
  return withEngine(cli, loaded, options, async (host) => {
    if (host.kind === 'running' && mode === 'evaluation') {
      throw new WeirError('FOLDER_IN_USE', 'an evaluation takes a folder that no Weir runs on: old data is its clock');
    }
    const target = new Intake(host.kind === 'running' ? host.client : host.engine.log);
    const rejects = flags.rejects === undefined ? {} : { rejectFile: flags.rejects };
    const summary = await stoppable((signal) => {
      const bar = new ProgressBar(cli);
      const onProgress = bar.show.bind(bar);
      return importFile({ file, mode, dataDir, target, signal, onProgress, ...mapping, ...rejects }).finally(() =>
        bar.end(),
      );
    });
    cli.terminal.live(cli.terminal.say(TEXTS.judging));
    if (host.kind === 'own') await host.engine.caughtUp();
    cli.terminal.live('');
    return summary;
  });
}

/** A first SIGINT or SIGTERM ends the import after the batch at hand. */
async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function modeOf(mode: string | undefined): ImportMode | null {
  if (mode === undefined) return null;
  const known = MODES.find((one) => one === mode);
  if (known !== undefined) return known;
  throw new WeirError('REQUEST_INVALID', `--mode: is “${mode}”, expected one of ${MODES.join(', ')}`);
}

const TEXTS = {
  judging: { en: 'Judging what came in …', zh: '正在处理导入的数据……' },
  stopped: { en: 'Stopped; the same command goes on from here.', zh: '已中断；再次执行同一命令将从此处继续。' },
} as const satisfies { readonly [name: string]: Text };

function report(
  terminal: Terminal,
  { accepted, rejected, labels, rejectFile, skipped, complete }: ImportSummary,
): void {
  for (const [topic, count] of Object.entries(accepted)) {
    terminal.print(terminal.say({ en: `${formatCount(count)} ${topic}`, zh: `${topic} ${formatCount(count)} 条` }));
  }
  if (labels > 0)
    terminal.print(terminal.say({ en: `${formatCount(labels)} labels`, zh: `标注 ${formatCount(labels)} 条` }));
  if (skipped > 0) {
    const lines = formatCount(skipped);
    terminal.print(terminal.say({ en: `${lines} lines were in already`, zh: `此前已导入 ${lines} 行` }));
  }
  if (rejectFile !== null) {
    const lines = formatCount(rejected);
    terminal.print(
      terminal.say({ en: `${lines} bad lines, in ${rejectFile}`, zh: `${lines} 行有误，见 ${rejectFile}` }),
    );
  }
  if (!complete) terminal.print(terminal.say(TEXTS.stopped));
}

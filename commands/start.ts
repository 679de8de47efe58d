/** `weir start`: one process with everything in it, until it is told to stop. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startClock } from '../producers/clock.ts';
import { startDemo } from '../producers/demo.ts';
import { repeatEvery, systemTimer } from '../runtime/clock.ts';
import type { Config, LoadedConfig } from '../runtime/config.ts';
import { EXIT_CODES, exitAtOnce, Lifecycle } from '../runtime/lifecycle.ts';
import { type OpenLogger, openLogger } from '../runtime/logger.ts';
import { Metrics } from '../runtime/metrics.ts';
import type { Transfer } from '../schemas/events/transfer.ts';
import { MINUTE_MS, SECOND_MS } from '../schemas/time.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import { printBanner } from './banner.ts';
import { type Cli, type Declare, settingsOf } from './cli.ts';
import { DemoOutcomes } from './demo-outcomes.ts';
import { type Engine, isEvaluation, startEngine } from './engine.ts';
import { reportFailure } from './failure.ts';
import { type Serving, serve } from './serve.ts';
import { statusAction } from './status.ts';
import { renderFlow } from './status-line.ts';
import { TEXTS } from './texts.ts';

/** Seed of the demo of `npm start`. */
const DEMO_SEED = '1';
/** Without a terminal to rewrite a line on, one is printed so often. */
const PLAIN_LINE_MS = 10 * SECOND_MS;
const TRIM_MS = 5 * MINUTE_MS;

export const declareStart: Declare = (program, cli) => {
  program
    .command('start')
    .description('Start Weir on this machine: intake, judgement, ClickHouse and queries in one process.')
    .option('--demo', 'with demo traffic, unless WEIR_DEMO or weir.yaml says otherwise')
    .action(async ({ demo }: { demo?: boolean }) => {
      await startWeir(cli, settingsOf(cli, { kafkaMakeTopics: 'on', ...(demo === true ? { demo: DEMO_SEED } : {}) }));
    });
};

async function startWeir(cli: Cli, loaded: LoadedConfig): Promise<void> {
  const { terminal, version, now } = cli;
  const { config } = loaded;
  const open = openProcessLog(cli, loaded);
  const { logger } = open;
  const lifecycle = newLifecycle(cli, loaded, open);
  lifecycle.listen();
  terminal.print(terminal.say(TEXTS.starting(version, config.dataDir)));
  try {
    const metrics = new Metrics();
    const evaluation = isEvaluation(config.dataDir);
    const engine = await startEngine({ loaded, version, logger, metrics, lifecycle, now, evaluation });
    const status = statusAction(cli, engine, config, () => serving.flow);
    const serving: Serving = await serve({
      config,
      version,
      engine,
      metrics,
      lifecycle,
      logger,
      now,
      actions: [status],
    });
    if (!evaluation) await startTime(cli, lifecycle, engine, serving);
    const demo = evaluation ? null : await startTraffic(cli, lifecycle, engine, config, serving);
    printBanner(terminal, { config, log: engine.log, serving, demo, evaluation });
    await lifecycle.start(
      'status line',
      () => showFlow(cli, serving, logger),
      (line) => line.stop(),
    );
  } catch (error) {
    // What had started is let go in good order; then the mistake is told.
    await lifecycle.stop('it could not start');
    open.close();
    throw error;
  }
}

/** The log goes to standard error where no person watches, else to a file, with warnings on the terminal. */
function openProcessLog({ terminal }: Cli, { config }: LoadedConfig): OpenLogger {
  if (!terminal.isInteractive) return openLogger({ level: config.logLevel, file: null, terminal: null });
  const file = join(config.dataDir, 'weir.log');
  return openLogger({ level: config.logLevel, file, terminal: (text) => terminal.complain(text) });
}

function newLifecycle({ terminal }: Cli, { config }: LoadedConfig, { logger, close }: OpenLogger): Lifecycle {
  return new Lifecycle({
    logger,
    stopDeadlineMs: config.stopDeadlineMs,
    exit: (code) => {
      terminal.live('');
      if (code === 0) terminal.print(terminal.say(TEXTS.stopped));
      close();
      if (code === EXIT_CODES.ok.code) process.exit(code);
      exitAtOnce(code);
    },
    onStopping: () => {
      terminal.live('');
      terminal.print(terminal.say(TEXTS.stopping));
    },
    onFailed: (error) => {
      terminal.live('');
      reportFailure(error, terminal);
    },
  });
}

async function startTime({ now }: Cli, lifecycle: Lifecycle, { log }: Engine, { intake }: Serving): Promise<void> {
  const onFault = (error: unknown) => lifecycle.fail(error);
  await lifecycle.start(
    'clock',
    () => startClock({ intake, now, setTimer: systemTimer, onFault }),
    (clock) => clock.stop(),
  );
  await lifecycle.start(
    'trimming',
    () => repeatEvery(TRIM_MS, () => void log.trim(now()).catch(onFault)),
    (trimming) => trimming.stop(),
  );
}

export type DemoState = { readonly seed: number } | 'refused' | null;

/** Demo traffic flows into folders that hold nothing else: it must never mix with a customer’s own data. */
async function startTraffic(
  cli: Cli,
  lifecycle: Lifecycle,
  { log }: Engine,
  { demo: seed, dataDir }: Config,
  { intake, index, onDecisions }: Serving,
): Promise<DemoState> {
  if (seed === null) return null;
  const positionFile = join(dataDir, 'demo.json');
  if (!existsSync(positionFile) && holdsEvents(log)) return 'refused';
  const labelsFile = join(dataDir, 'labels', 'demo.ndjson');
  await lifecycle.start(
    'demo',
    () => {
      const outcomes = new DemoOutcomes(() => index);
      onDecisions((batch) => outcomes.take(batch));
      const demo = startDemo({
        append: (topic, values) => {
          if (topic === 'transfers') outcomes.expect(values as readonly Transfer[]);
          return intake.append(topic, values);
        },
        outcomeOf: (transferId) => outcomes.outcomeOf(transferId),
        now: cli.now,
        seed,
        positionFile,
        labelsFile,
      });
      demo.done.catch((error) => lifecycle.fail(error));
      return demo;
    },
    (demo) => demo.stop(),
  );
  return { seed };
}

/** True where events of customers were taken in; control, which says what time it is, is there always. */
function holdsEvents(log: Engine['log']): boolean {
  const inputs = TOPIC_NAMES.filter((name) => TOPICS[name].partitions === 'input' && name !== 'control');
  return inputs.some((topic) => log.end(topic, 0) > 0);
}

function showFlow({ terminal }: Cli, { flow }: Serving, logger: OpenLogger['logger']) {
  const everyMs = terminal.isInteractive ? SECOND_MS : PLAIN_LINE_MS;
  return repeatEvery(everyMs, () => {
    void flow.measure().then(
      (measured) => {
        const line = terminal.say(renderFlow(measured));
        if (terminal.isInteractive) terminal.live(line);
        else terminal.print(line);
      },
      (error) => logger.error({ err: error }, 'the flow could not be measured'),
    );
  });
}

/** `weir start`: one process with everything in it, until it is told to stop. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo } from '../producers/demo.ts';
import { repeatEvery } from '../runtime/clock.ts';
import type { Config, LoadedConfig } from '../runtime/config.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { PROCESS_ROLES } from '../runtime/roles.ts';
import type { Transfer } from '../schemas/events/transfer.ts';
import { SECOND_MS } from '../schemas/time.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import { printBanner } from './banner.ts';
import { type Cli, type Declare, settingsOf } from './cli.ts';
import { DemoOutcomes } from './demo-outcomes.ts';
import type { River } from './engine.ts';
import type { ProcessParts } from './http-server.ts';
import { runProcess } from './process.ts';
import type { Serving } from './serve.ts';
import { renderFlow } from './status-line.ts';

/** Seed of the demo of `npm start`. */
const DEMO_SEED = '1';
/** Without a terminal to rewrite a line on, one is printed so often. */
const PLAIN_LINE_MS = 10 * SECOND_MS;

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
  await runProcess(cli, loaded, new Set(PROCESS_ROLES), async (parts, serving, evaluation) => {
    const { lifecycle, engine, config } = parts;
    const demo = evaluation ? null : await startTraffic(cli, lifecycle, engine, config, serving);
    await announce(cli, parts, serving, { demo, evaluation });
  });
}

/** Says where it is reached, and from then on what flows. */
export async function announce(
  cli: Cli,
  { config, engine, lifecycle, logger }: ProcessParts,
  serving: Serving,
  { demo, evaluation }: { readonly demo: DemoState; readonly evaluation: boolean },
): Promise<void> {
  printBanner(cli.terminal, { config, log: engine.log, serving, demo, evaluation });
  await lifecycle.start(
    'status line',
    () => showFlow(cli, serving, logger),
    (line) => line.stop(),
  );
}

export type DemoState = { readonly seed: number } | 'refused' | null;

/** Demo traffic flows into folders that hold nothing else: it must never mix with a customer’s own data. */
async function startTraffic(
  cli: Cli,
  lifecycle: Lifecycle,
  { log }: River,
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
function holdsEvents(log: River['log']): boolean {
  const inputs = TOPIC_NAMES.filter((name) => TOPICS[name].partitions === 'input' && name !== 'control');
  return inputs.some((topic) => log.end(topic, 0) > 0);
}

function showFlow({ terminal }: Cli, { flow }: Serving, logger: Logger) {
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

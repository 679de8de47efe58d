/** A process of Weir from its start to its stop: what its roles need, started in order and told of in the terminal. */
import { join } from 'node:path';
import { startClock } from '../producers/clock.ts';
import { Intake } from '../producers/intake.ts';
import { repeatEvery, systemTimer } from '../runtime/clock.ts';
import type { LoadedConfig } from '../runtime/config.ts';
import { EXIT_CODES, exitAtOnce, Lifecycle } from '../runtime/lifecycle.ts';
import { type OpenLogger, openLogger } from '../runtime/logger.ts';
import { Metrics } from '../runtime/metrics.ts';
import type { ProcessRole } from '../runtime/roles.ts';
import { startTracing } from '../runtime/tracing.ts';
import { MINUTE_MS } from '../schemas/time.ts';
import type { Cli } from './cli.ts';
import { isEngine, isEvaluation, type River, startRiver } from './engine.ts';
import { reportFailure } from './failure.ts';
import { type ProcessParts, serveOperators } from './http-server.ts';
import { type Serving, serve } from './serve.ts';
import { statusAction } from './status.ts';
import { TEXTS } from './texts.ts';

/** What a process that serves people adds, once it listens. */
export type WhenServing = (parts: ProcessParts, serving: Serving, evaluation: boolean) => Promise<void>;

const TRIM_MS = 5 * MINUTE_MS;

/** Resolves when everything runs; the process then goes on until it is told to stop. */
export async function runProcess(
  cli: Cli,
  loaded: LoadedConfig,
  roles: ReadonlySet<ProcessRole>,
  whenServing: WhenServing,
): Promise<void> {
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
    // First started, last stopped: what the others do while they stop is traced, too.
    const tracing = await lifecycle.start(
      'tracing',
      () => startTracing({ config, version, logger }),
      (started) => started?.stop(),
    );
    const shared = { version, metrics, lifecycle, logger, now, tracing };
    const engine = await startRiver({ ...shared, loaded, evaluation, roles, waits: true });
    const parts: ProcessParts = { ...shared, config, engine };
    const serving = await startServing(cli, parts);
    if (roles.has('clock') && !evaluation) await startTime(parts, serving?.intake ?? new Intake(engine.log));
    if (serving !== null) await whenServing(parts, serving, evaluation);
  } catch (error) {
    // What had started is let go in good order; then the mistake is told.
    await lifecycle.stop('it could not start');
    open.close();
    throw error;
  }
}

/** Null where the process serves its operators alone. */
async function startServing(cli: Cli, parts: ProcessParts): Promise<Serving | null> {
  const { engine, config } = parts;
  if (engine.roles.has('http') && isEngine(engine)) {
    const status = statusAction(cli, engine, config, () => serving.flow);
    const serving: Serving = await serve({ ...parts, engine, actions: [status] });
    return serving;
  }
  const address = await serveOperators(parts, (flow) => [statusAction(cli, engine, config, () => flow)]);
  const { terminal } = cli;
  terminal.print(terminal.say(TEXTS.running([...engine.roles].join(', '), address)));
  return null;
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

/** Where time passes for all, one process tells it; each trims what is on its own disk. */
async function startTime({ lifecycle, engine, now }: ProcessParts, intake: Pick<Intake, 'append'>): Promise<void> {
  const onFault = (error: unknown) => lifecycle.fail(error);
  const { log, stages }: River = engine;
  await stages.attach('clock', () => startClock({ intake, now, setTimer: systemTimer, onFault }));
  await lifecycle.start(
    'trimming',
    () => repeatEvery(TRIM_MS, () => void log.trim(now()).catch(onFault)),
    (trimming) => trimming.stop(),
  );
}

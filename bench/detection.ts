/**
 * How well the rules find what is planted: on the two AMLSim samples, on their neutral controls, and on
 * generated traffic of 6, 30 and 120 transfers per account. `--seed N` changes the generated traffic;
 * `--only generated` or `--only amlsim` takes one part, `--zh` prints Chinese, `--json` one line of JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Evaluation, evaluate } from '../dashboards/evaluate.ts';
import { readLabels } from '../dashboards/evaluation-data.ts';
import { formatEvaluation } from '../dashboards/evaluation-text.ts';
import { needsAcceptance } from '../producers/demo/gate.ts';
import { generate } from '../producers/demo/generate.ts';
import { TYPOLOGIES } from '../producers/demo/planted/cases.ts';
import { type ImportTarget, importFile } from '../producers/files/import.ts';
import { loadMapping } from '../producers/files/mapping.ts';
import { Ticks, tickAt } from '../producers/files/ticks.ts';
import { fieldErrorsOf } from '../runtime/http/problem.ts';
import { EVENTS, type EventOf } from '../schemas/journal.ts';
import { HOUR_MS } from '../schemas/time.ts';
import { Judge } from './judge.ts';
import { neutralControl } from './neutral-control.ts';

const SAMPLES = ['fanin200', 'cycle200'] as const;
/**
 * Transfers per account in thirty days; fewer parties where each does more. Cases per thousand parties and
 * thirty days are chosen for some thirty of each typology: fewer would make figures of chance.
 */
const DENSITIES = [
  { perAccount: 6, parties: 6_000, cases: 5 },
  { perAccount: 30, parties: 4_000, cases: 8 },
  { perAccount: 120, parties: 2_000, cases: 15 },
] as const;
const DAYS = 30;
/** A midnight in Shanghai. */
const START = Date.parse('2026-03-01T00:00:00+08:00');
/** Appended long after it happened, as an import does. */
const IMPORTED = Date.parse('2026-12-01T00:00:00Z');

interface Figures {
  readonly data: string;
  readonly evaluation: Evaluation;
}

/** The sample as it is and its control. Both have the sample's labels: what is planted stays planted. */
async function* judgeSample(sample: string, seed: number): AsyncGenerator<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-detection-'));
  try {
    const given = await imported(sample, dataDir);
    const labels = await readLabels(dataDir);
    yield { data: `AMLSim ${sample}`, evaluation: evaluated(given, labels) };
    const control = await imported(sample, dataDir, neutralControl(seed));
    yield { data: `AMLSim ${sample}, neutral control`, evaluation: evaluated(control, labels) };
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

async function imported(
  sample: string,
  dataDir: string,
  transform?: ReturnType<typeof neutralControl>,
): Promise<Judge> {
  const judge = new Judge();
  await importFile({
    file: join(import.meta.dirname, `../test/data/amlsim-20K_${sample}.tgz`),
    mode: 'evaluation',
    dataDir,
    rejectFile: join(dataDir, 'rejects.ndjson'),
    mapping: await loadMapping('amlsim'),
    target: judging(judge),
    ...(transform === undefined ? {} : { transform }),
  });
  return judge;
}

/** What an import writes to, judged at once. */
function judging(judge: Judge): ImportTarget {
  return {
    check: (topic, item) => {
      const result = EVENTS[topic].json.safeParse(item);
      if (!result.success) return { errors: fieldErrorsOf(result.error, '') };
      return { value: result.data as EventOf<typeof topic> };
    },
    append: async (topic, values) => {
      for (const value of values) judge.append(topic, value, IMPORTED);
      judge.flush();
      return [];
    },
  };
}

function judgeGenerated(seed: number, { perAccount, parties, cases }: (typeof DENSITIES)[number]): Figures {
  const transfersPerPartyPerDay = perAccount / DAYS;
  const planted = Object.fromEntries(TYPOLOGIES.map(({ id }) => [id, cases]));
  const { events, labels } = generate({ seed, parties, days: DAYS, startAt: START, transfersPerPartyPerDay, planted });
  const judge = new Judge();
  const ticks = new Ticks(HOUR_MS);
  for (const generated of events) {
    const { topic, event } = generated;
    const seen = Math.max(START, generated.arrivesAt ?? event.at);
    const tick = ticks.before(seen);
    if (tick !== null) judge.append('control', tick, tick.at);
    // The bank pays what was accepted and nothing else.
    const transferId = needsAcceptance(generated);
    if (transferId === null || judge.outcomeOf(transferId) === 'accept') judge.append(topic, event, seen);
  }
  const end = tickAt(START + DAYS * 24 * HOUR_MS);
  judge.append('control', end, end.at);
  const data = `generated, seed ${seed}, ${parties} parties, ${perAccount} transfers each in ${DAYS} days`;
  return { data, evaluation: evaluated(judge, labels) };
}

function evaluated(judge: Judge, labels: Parameters<typeof evaluate>[1]): Evaluation {
  const alerts = judge.alerts();
  if (judge.deadLetters > 0) throw new Error(`${judge.deadLetters} events were refused: the data is not whole`);
  return evaluate(alerts, labels, judge.population);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '20261122' },
      only: { type: 'string' },
      zh: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, not ${values.seed}`);
  const all: Figures[] = [];
  const add = (figures: Figures) => {
    all.push(figures);
    if (values.json) return;
    process.stdout.write(`\n${figures.data}\n\n${formatEvaluation(figures.evaluation, values.zh ? 'zh' : 'en')}\n`);
  };
  for (const sample of values.only === 'generated' ? [] : SAMPLES) {
    for await (const figures of judgeSample(sample, seed)) add(figures);
  }
  for (const density of values.only === 'amlsim' ? [] : DENSITIES) add(judgeGenerated(seed, density));
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
}

await main();

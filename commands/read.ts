/** `weir read TOPIC`: decoded records, one JSON object a line. */
import { WeirError } from '../runtime/errors.ts';
import { nearest } from '../runtime/nearest.ts';
import { TOPIC_NAMES } from '../schemas/topics.ts';
import type { LogAccess } from './admin/access.ts';
import type { Bounds } from './admin/wire.ts';
import { accessOf, type Cli, type Declare, settingsOf, withFolder } from './cli.ts';
import { LineDecoder } from './decode.ts';

interface ReadOptions {
  readonly from?: string;
  readonly end?: boolean;
  readonly follow?: boolean;
  readonly partition?: string;
  readonly limit?: string;
}

/** How long a follower waits in one request before it asks again. */
const WAIT_MS = 20_000;

export const declareRead: Declare = (program, cli) => {
  program
    .command('read')
    .argument('<topic>', 'see weir topics')
    .description('Print decoded records as NDJSON, oldest first within each partition.')
    .option('--from <offset>', 'first offset of each partition; the oldest kept unless said')
    .option('--end', 'begin behind the last record')
    .option('--follow', 'go on as records come, until stopped')
    .option('--partition <number>', 'only this partition')
    .option('--limit <count>', 'stop after so many lines')
    .action(async (topic: string, options: ReadOptions) => {
      await withFolder(settingsOf(cli), async (holder) => {
        if (options.follow === true && holder.kind === 'own') {
          throw new WeirError('NOT_RUNNING', '--follow waits for what comes, and no Weir runs on this folder');
        }
        await readTopic(cli, accessOf(holder), topic, options);
      });
    });
};

async function readTopic(cli: Cli, access: LogAccess, topic: string, options: ReadOptions): Promise<void> {
  const places = placesOf(await access.bounds(), topic, options);
  const decoder = new LineDecoder(access);
  let left = options.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--limit', options.limit);

  /** Calls off the reads of other partitions that still wait. */
  const enough = new AbortController();

  /** Prints what the partition holds from `offset` on; answers the next offset. */
  const printBatch = async (place: Bounds, offset: number, waitMs: number): Promise<number> => {
    const batch = await access.read(place.topic, place.partition, offset, waitMs, enough.signal);
    if (batch === null) return offset;
    const lines = (await decoder.lines(batch)).slice(0, left);
    left -= lines.length;
    if (left === 0) enough.abort();
    await cli.terminal.pour(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return batch.baseOffset + batch.values.count;
  };

  const walk = async (place: Bounds): Promise<void> => {
    let offset = startOf(place, options);
    while (offset < place.end && left > 0) offset = await printBatch(place, offset, 0);
    while (options.follow === true && left > 0) offset = await printBatch(place, offset, WAIT_MS);
  };

  if (options.follow === true) await Promise.all(places.map(walk));
  else for (const place of places) await walk(place);
}

function placesOf(bounds: readonly Bounds[], topic: string, { partition }: ReadOptions): readonly Bounds[] {
  const places = bounds.filter((one) => one.topic === topic);
  if (places.length === 0) {
    throw new WeirError('NOT_FOUND', `there is no topic ${topic}; the nearest is ${nearest(topic, TOPIC_NAMES)}`);
  }
  if (partition === undefined) return places;
  const chosen = places.filter((one) => one.partition === wholeNumber('--partition', partition));
  if (chosen.length > 0) return chosen;
  throw new WeirError('NOT_FOUND', `${topic} has partitions 0 to ${places.length - 1}, and no ${partition}`);
}

function startOf({ start, end, topic, partition }: Bounds, options: ReadOptions): number {
  if (options.end === true) return end;
  if (options.from === undefined) return start;
  const from = wholeNumber('--from', options.from);
  if (from >= start) return from;
  throw new WeirError(
    'LOG_POSITION_LOST',
    `${topic}/${partition} begins at ${start}; what stood at ${from} is no longer kept`,
  );
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WeirError('REQUEST_INVALID', `${option}: is “${text}”, expected a whole number`);
}

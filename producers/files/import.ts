/**
 * Import of a file: its lines become events of the public topics, in batches that are each acknowledged
 * before the next. Lines that are no such events go to a reject file with number and reason.
 *
 * Delivery: a second run adds nothing twice. It skips what is recorded as done; and where a run ended
 * between the log's acknowledgement and its own record, the ids of events follow from the file's content,
 * so that the repeats are recognised as such.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { WeirError } from '../../runtime/errors.ts';
import type { EventOf } from '../../schemas/journal.ts';
import type { Label } from '../../schemas/label.ts';
import type { Intake } from '../intake.ts';
import type { Draft } from './compile.ts';
import {
  emptyRecord,
  type ImportRecord,
  importRecordFile,
  LineFile,
  labelsFile,
  readRecord,
  writeRecord,
} from './kept.ts';
import { linesOf, type ReadLine, type RowTransform } from './lines.ts';
import type { LoadedMapping } from './mapping.ts';
import { hashFile, kindOf, membersOf, sizeOf } from './source.ts';
import { Ticks } from './ticks.ts';
import type { InputTopic } from './topics.ts';

/** What an import writes to: checks the JSON form, and stores the inner form. */
export type ImportTarget = Pick<Intake, 'check' | 'append'>;

/**
 * `evaluation`: into a folder of its own, where the data is the clock: ticks stand between its events.
 * `backfill`: into a live log; transfers are marked historical. `live`: as if they came now.
 */
export type ImportMode = 'evaluation' | 'backfill' | 'live';

export interface ImportOptions {
  readonly file: string;
  readonly mode: ImportMode;
  readonly target: ImportTarget;
  readonly dataDir: string;
  /** For CSV and archives; our own events in NDJSON need none. */
  readonly mapping?: LoadedMapping;
  /** Where refused lines go; beside the file, with `.rejects.ndjson` after its name, unless given. */
  readonly rejectFile?: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops after the batch at hand; the next run goes on from there. */
  readonly signal?: AbortSignal;
  readonly batchEvents?: number;
  /** A change of the data itself, with a name that tells it from others. */
  readonly transform?: { readonly name: string; readonly row: RowTransform };
}

export interface ImportProgress {
  readonly phase: 'hash' | 'import';
  /** Of the file as it lies on disk. */
  readonly bytes: number;
  readonly bytesTotal: number;
  readonly lines: number;
  readonly rejected: number;
}

export interface ImportSummary {
  readonly hash: string;
  /** Events by topic, those of earlier runs of the same file included; ticks are not counted. */
  readonly accepted: { readonly [topic: string]: number };
  readonly rejected: number;
  readonly labels: number;
  /** Null where nothing was refused. */
  readonly rejectFile: string | null;
  /** Lines that earlier runs had done. */
  readonly skipped: number;
  /** False where the signal stopped it. */
  readonly complete: boolean;
}

const BATCH_EVENTS = 2_000;
const BATCH_REJECTS = 500;
const SHOWN_MAX = 4_000;
/** Progress is told about so many lines apart; the one who shows it decides how often to draw. */
const PROGRESS_LINES = 500;
/** Lines that bring no events are recorded too, if more seldom. */
const QUIET_LINES = 20_000;

export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const { file } = options;
  const kind = kindOf(file);
  if (kind !== 'ndjson' && options.mapping === undefined) {
    throw new WeirError('IMPORT_INVALID', `${file}: expected a mapping, which says what its columns are`);
  }
  const bytesTotal = await sizeOf(file);
  const hash = await hashFile(file, (bytes) =>
    options.onProgress?.({ phase: 'hash', bytes, bytesTotal, lines: 0, rejected: 0 }),
  );
  return new Import(options, hash, bytesTotal).run();
}

class Import {
  readonly #options: ImportOptions;
  readonly #hash: string;
  readonly #bytesTotal: number;
  readonly #recordFile: string;
  readonly #ticks: Ticks | null;
  #record: ImportRecord;
  #rejects: LineFile;
  #labels: LineFile;
  /** Lines read, and the bytes of the file behind them. */
  #read = 0;
  #bytes = 0;
  #pending = emptyPending();

  constructor(options: ImportOptions, hash: string, bytesTotal: number) {
    this.#options = options;
    this.#hash = hash;
    this.#bytesTotal = bytesTotal;
    this.#recordFile = importRecordFile(options.dataDir, hash);
    this.#ticks = options.mode === 'evaluation' ? new Ticks(options.mapping?.mapping.tick) : null;
    this.#record = emptyRecord(basename(options.file), settingsOf(options));
    this.#rejects = new LineFile(options.rejectFile ?? `${options.file}.rejects.ndjson`, 0);
    this.#labels = new LineFile(labelsFile(options.dataDir, hash), 0);
  }

  async run(): Promise<ImportSummary> {
    const known = await readRecord(this.#recordFile);
    if (known !== null && known.settings === this.#record.settings) this.#record = known;
    const skipped = this.#record.done;
    if (!this.#record.complete) await this.#readAll();
    const { accepted, rejected, labels, complete } = this.#record;
    const rejectFile = rejected > 0 ? this.#rejects.path : null;
    return { hash: this.#hash, accepted, rejected, labels, rejectFile, skipped, complete };
  }

  async #readAll(): Promise<void> {
    this.#rejects = new LineFile(this.#rejects.path, this.#record.rejectBytes);
    this.#labels = new LineFile(this.#labels.path, this.#record.labelBytes);
    await this.#rejects.cut();
    await this.#labels.cut();
    const stopped = await this.#readMembers().catch((error: unknown) => {
      throw this.#explained(error);
    });
    if (stopped) return;
    const tick = this.#ticks?.last() ?? null;
    if (tick !== null) this.#pending.ticks.push(tick);
    await this.#flush(true);
  }

  /** True where the signal stopped it. */
  async #readMembers(): Promise<boolean> {
    const { file, mapping = null, transform, signal } = this.#options;
    const kind = kindOf(file);
    const onBytes = (bytes: number) => {
      this.#bytes = bytes;
    };
    let tables = 0;
    for await (const member of membersOf(file, kind, onBytes)) {
      const fileTag = this.#hash.slice(0, 12);
      const lines = linesOf(member, kind, { mapping, fileTag, ...(transform && { transform: transform.row }) });
      if (lines === null) continue;
      tables++;
      for await (const line of lines) {
        await this.#take(line, member.name);
        if (signal?.aborted === true) {
          await this.#flush(false);
          return true;
        }
      }
    }
    if (tables === 0)
      throw new WeirError('IMPORT_INVALID', `${file} has nothing that ${mapping?.label} has a table for`);
    return false;
  }

  async #take(line: ReadLine, member: string): Promise<void> {
    const done = this.#read < this.#record.done;
    const checked = this.#check(line);
    // Ticks follow from the events before them, those of earlier runs too.
    const tick = typeof checked === 'string' ? null : (this.#ticks?.before(checked.earliest) ?? null);
    if (!done && tick !== null) {
      this.#pending.ticks.push(tick);
      await this.#flush(false);
    }
    this.#read++;
    if (!done) this.#keep(line, checked, member);
    if (this.#isFull()) await this.#flush(false);
    if (this.#read % PROGRESS_LINES === 0) this.#tell();
  }

  #isFull(): boolean {
    const { events, rejects } = this.#pending;
    const { batchEvents = BATCH_EVENTS } = this.#options;
    return events >= batchEvents || rejects.length >= BATCH_REJECTS || this.#read - this.#record.done >= QUIET_LINES;
  }

  #keep(line: ReadLine, checked: CheckedLine | string, member: string): void {
    if (typeof checked === 'string') {
      this.#pending.rejects.push({
        member: basename(member),
        line: line.line,
        reason: checked,
        source: shown(line.source),
      });
      return;
    }
    for (const { topic, event } of checked.events) {
      const values = this.#pending.values.get(topic);
      if (values === undefined) this.#pending.values.set(topic, [event]);
      else values.push(event);
      this.#pending.events++;
    }
    this.#pending.labels.push(...checked.labels);
  }

  /** A line is taken whole or not at all. */
  #check(line: ReadLine): CheckedLine | string {
    if ('reason' in line) return line.reason;
    const events: CheckedLine['events'] = [];
    let earliest = Number.POSITIVE_INFINITY;
    for (const draft of line.mapped.events) {
      const result = this.#options.target.check(draft.topic, this.#marked(draft));
      if ('errors' in result) return result.errors.map(({ path, message }) => `${path} ${message}`).join('; ');
      events.push({ topic: draft.topic, event: result.value });
      earliest = Math.min(earliest, result.value.at);
    }
    return { events, labels: line.mapped.labels, earliest };
  }

  #marked({ topic, item }: Draft): unknown {
    return this.#options.mode === 'backfill' && topic === 'transfers' ? { ...item, historical: true } : item;
  }

  /** Stores what is pending, then ticks, then says so: in this order, so that nothing is recorded that is not stored. */
  async #flush(complete: boolean): Promise<void> {
    const { values, ticks, rejects, labels } = this.#pending;
    const record = this.#record;
    for (const [topic, events] of values) {
      await this.#options.target.append(topic, events as readonly EventOf<typeof topic>[]);
      record.accepted[topic] = (record.accepted[topic] ?? 0) + events.length;
    }
    if (ticks.length > 0) await this.#options.target.append('control', ticks);
    await this.#rejects.append(rejects);
    await this.#labels.append(labels);
    record.rejected += rejects.length;
    record.labels += labels.length;
    record.rejectBytes = this.#rejects.bytes;
    record.labelBytes = this.#labels.bytes;
    record.done = Math.max(record.done, this.#read);
    record.complete = complete;
    this.#pending = emptyPending();
    await writeRecord(this.#recordFile, record);
    this.#tell();
  }

  #tell(): void {
    this.#options.onProgress?.({
      phase: 'import',
      bytes: this.#bytes,
      bytesTotal: this.#bytesTotal,
      lines: this.#read,
      rejected: this.#record.rejected + this.#pending.rejects.length,
    });
  }

  /** A damaged file is the file's fault and is told so; everything else is passed on as it is. */
  #explained(error: unknown): unknown {
    const damaged = error instanceof Error && 'code' in error && /^Z_|^CSV_/.test(String(error.code));
    const broken = error instanceof Error && /unexpected end|invalid tar header/i.test(error.message);
    if (!damaged && !broken) return error;
    const after = this.#read === 0 ? 'before its first line' : `after ${this.#read} lines`;
    return new WeirError('IMPORT_INVALID', `${this.#options.file} is damaged ${after}: ${error.message}`, {
      cause: error,
    });
  }
}

/** What stood in a refused line; of a very long one the beginning. */
function shown(source: unknown): unknown {
  const text = JSON.stringify(source);
  return text.length <= SHOWN_MAX ? source : text.slice(0, SHOWN_MAX);
}

interface CheckedLine {
  readonly events: { readonly topic: InputTopic; readonly event: EventOf<InputTopic> }[];
  readonly labels: readonly Label[];
  readonly earliest: number;
}

interface Pending {
  readonly values: Map<InputTopic, EventOf<InputTopic>[]>;
  readonly ticks: EventOf<'control'>[];
  readonly rejects: unknown[];
  readonly labels: Label[];
  events: number;
}

function emptyPending(): Pending {
  return { values: new Map(), ticks: [], rejects: [], labels: [], events: 0 };
}

/** Everything but the file that the events depend on. */
function settingsOf({ mapping, mode, transform }: ImportOptions): string {
  const parts = [mapping?.text ?? '', mode, transform?.name ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

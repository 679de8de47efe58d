/**
 * Intake: the one way in which events of any producer (HTTP, files, the demo, the clock) come into the
 * public topics. It validates the JSON form by the declared record, encodes, and appends each call as
 * one batch: all of its events are stored, or none is.
 *
 * Delivery: acknowledged means on disk. Sending again is safe, since the fold recognises an `eventId`
 * that it has seen.
 */
import { z } from 'zod';
import { type FieldError, WeirError } from '../runtime/errors.ts';
import { fieldErrorsOf } from '../runtime/http/problem.ts';
import type { Log } from '../runtime/log/port.ts';
import { type PackedValues, ValueWriter } from '../runtime/log/values.ts';
import { messagingSpan, spanned, type TraceContext, type Tracing } from '../runtime/tracing.ts';
import { type Declared, schemaOf } from '../schemas/declare.ts';
import { eventIdOf } from '../schemas/ids.ts';
import { EVENTS, type EventOf, type EventTopic } from '../schemas/journal.ts';
import { inputKeyOf } from '../schemas/record-keys.ts';

/** Topics that producers write; voids are written by tasks alone. */
export type InputTopic = Exclude<EventTopic, 'voids'>;

/** Where an event was stored, and what names it. */
export interface Receipt {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
}

/** With what the events belong to, for logs whose records carry it. */
export interface SubmitContext extends TraceContext {
  /** True where `items` stands for one event that did not come in a list: error paths then name no index. */
  readonly single?: boolean;
  /** True where a backfill is no business of the sender's: `historical` is then refused. */
  readonly refuseHistorical?: boolean;
}

export interface IntakeOptions {
  /** Called with each acknowledged batch: for metrics. */
  readonly onAccepted?: (topic: InputTopic, count: number) => void;
  /** Where sending on behalf of somebody has a span; none is made without it. */
  readonly tracing?: Tracing | null;
}

/** What of the log intake needs: it may stand in another process. */
export type EventLog = Pick<Log, 'append' | 'declareSchema'>;

/** What intake needs of a log. */
export type IntakeLog = Pick<Log, 'append' | 'declareSchema'>;

export type Checked<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

/** Input topics have one partition each: one router merges them all anyway. */
const PARTITION = 0;

export class Intake {
  readonly #log: EventLog;
  readonly #options: IntakeOptions;
  readonly #writer = new ValueWriter(64 * 1_024);
  readonly #declared = new Map<InputTopic, Promise<void>>();

  constructor(log: EventLog, options: IntakeOptions = {}) {
    this.#log = log;
    this.#options = options;
  }

  /** Validates one event in JSON form; answers the inner form, or each field that is wrong. */
  check<K extends InputTopic>(topic: K, item: unknown, context: SubmitContext = {}, base = ''): Checked<EventOf<K>> {
    const result = parserOf(topic).safeParse(item);
    if (!result.success) return { errors: fieldErrorsOf(result.error, base) };
    const value = result.data as EventOf<K>;
    const wrong = context.refuseHistorical === true && 'historical' in value && value.historical !== null;
    return wrong
      ? { errors: [{ path: `${base}/historical`, message: 'is for imports alone', zh: '仅用于导入' }] }
      : { value };
  }

  /** Validates all and answers their inner forms, or throws REQUEST_INVALID with each wrong field of each item. */
  checkAll<K extends InputTopic>(topic: K, items: readonly unknown[], context: SubmitContext = {}): EventOf<K>[] {
    const values: EventOf<K>[] = [];
    const errors: FieldError[] = [];
    for (let index = 0; index < items.length; index++) {
      const checked = this.check(topic, items[index], context, context.single === true ? '' : `/${index}`);
      if ('value' in checked) values.push(checked.value);
      else errors.push(...checked.errors);
    }
    if (errors.length === 0) return values;
    const [what, fields] = [EVENTS[topic].name, errors.length === 1 ? 'a field is' : `${errors.length} fields are`];
    throw new WeirError('REQUEST_INVALID', `Not a valid ${what}: ${fields} wrong. Nothing was stored.`, {
      zh: `${EVENTS[topic].name} 无效：${errors.length} 个字段有误，未存储任何内容。`,
      fields: errors,
    });
  }

  /** Stores events given in JSON form. */
  async submit<K extends InputTopic>(topic: K, items: readonly unknown[], context?: SubmitContext): Promise<Receipt[]> {
    return this.append(topic, this.checkAll(topic, items, context), context);
  }

  /** Stores events that are in inner form already. */
  append<K extends InputTopic>(
    topic: K,
    values: readonly EventOf<K>[],
    { trace, traceState }: TraceContext = {},
  ): Promise<Receipt[]> {
    if (values.length === 0) return Promise.resolve([]);
    // What nobody outside asked for (ticks of the clock, the demo) would be traces of one span.
    if (trace === undefined) return this.#append(topic, values, {});
    const context = { trace, ...(traceState === undefined ? {} : { traceState }) };
    const { tracing = null } = this.#options;
    if (tracing === null) return this.#append(topic, values, context);
    const span = { ...messagingSpan(tracing.messaging, 'send', topic, values.length), parent: context };
    return spanned(tracing, span, (own) => this.#append(topic, values, own));
  }

  async #append<K extends InputTopic>(
    topic: K,
    values: readonly EventOf<K>[],
    context: TraceContext,
  ): Promise<Receipt[]> {
    await this.#declare(topic);
    const record = EVENTS[topic] as unknown as Declared<EventOf<K>>;
    const packed = this.#encode(record, values);
    const keyOf = inputKeyOf(topic);
    const { baseOffset } = await this.#log.append({
      topic,
      partition: PARTITION,
      fingerprint: record.fingerprint,
      values: packed,
      ...(keyOf === null ? {} : { keys: this.#keys(values.map(keyOf)) }),
      ...context,
    });
    this.#options.onAccepted?.(topic, values.length);
    return values.map((value, index) => ({
      topic,
      partition: PARTITION,
      offset: baseOffset + index,
      eventId: eventIdOf(topic, value),
    }));
  }

  #encode<T>(record: Declared<T>, values: readonly T[]) {
    try {
      for (const value of values) this.#writer.write(record.type, value);
    } catch (error) {
      // A value that cannot be encoded is a fault of ours; what was written before it must not join the next call's.
      this.#writer.take();
      throw error;
    }
    return this.#writer.take();
  }

  #keys(keys: readonly string[]): PackedValues {
    for (const key of keys) this.#writer.text(key);
    return this.#writer.take();
  }

  #declare(topic: InputTopic): Promise<void> {
    let declared = this.#declared.get(topic);
    if (declared === undefined) {
      const record = EVENTS[topic] as unknown as Declared<unknown>;
      declared = this.#log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record)));
      this.#declared.set(topic, declared);
      // A full disk now may have room later: the next call tries again.
      declared.catch(() => this.#declared.delete(topic));
    }
    return declared;
  }
}

const parsers = new Map<InputTopic, z.ZodType>();

/** zod compiles a declared validation to one function: 2.5 µs a transfer, where walking the schema takes 10. */
function parserOf(topic: InputTopic): z.ZodType {
  let parser = parsers.get(topic);
  if (parser === undefined) {
    parser = z.compile(EVENTS[topic].json as z.ZodType);
    parsers.set(topic, parser);
  }
  return parser;
}

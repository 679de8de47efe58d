/**
 * Notices which kinds of rows changed since it looked last, without asking ClickHouse for them: it compares how far the
 * log can be queried now with how far it could then. Only where what changed is not for everybody are records
 * looked into: alerts until one is found that everybody may know of, and control, of which there is one a second.
 */
import type { ClickHouseClient } from '../../../runtime/clickhouse.ts';
import { isWeirError } from '../../../runtime/errors.ts';
import { RecordDecoder } from '../../../runtime/log/decoder.ts';
import type { Log, Reader, RecordBatch } from '../../../runtime/log/port.ts';
import { alertRecord } from '../../../schemas/alert.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { type Control, controlRecord } from '../../../schemas/events/control.ts';
import { partitionsOf, TOPICS } from '../../../schemas/topics.ts';
import { select } from '../select.ts';
import { HeldDecisions } from './held.ts';

export const LIVE_KINDS = ['decisions', 'approvals', 'alerts', 'measures', 'rules', 'webhooks'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

/** Kinds of rows that changed, for whoever may see all, and for those to whom restricted ones are not there. */
export interface Noticed {
  readonly all: ReadonlySet<LiveKind>;
  readonly unrestricted: ReadonlySet<LiveKind>;
}

export interface WatchParts {
  readonly log: Log;
  readonly clickhouse: ClickHouseClient;
  /** Up to which offset the records of a partition can be queried by now. */
  readonly visible: () => Promise<(topic: string, partition: number) => number>;
}

/** Looks after which a measure or a change of rules is told although ClickHouse does not show it: it may never come. */
const LOOKS_MAX = 120;

const MEASURES: ReadonlySet<Control['kind']> = new Set(['freeze', 'unfreeze', 'stop_payouts', 'tighten', 'undo']);
const RULE_CHANGES: ReadonlySet<Control['kind']> = new Set(['settings', 'rule_switch']);

/** Measures, and how rules changed, are shown from the tables, where they arrive by way of the journal. */
const SHOWN = `
SELECT JSONExtractString(body, 'controlId') AS id, any(JSONExtractString(body, 'kind')) AS kind
FROM events
WHERE topic = 'control' AND JSONExtractString(body, 'controlId') IN {ids:Array(String)}
GROUP BY id`;

interface Pending {
  readonly entry: Control;
  looks: number;
}

export class LiveWatch {
  readonly #parts: WatchParts;
  readonly #alerts: RecordDecoder<{ readonly restricted: boolean }>;
  readonly #control: RecordDecoder<Control>;
  readonly #held = new HeldDecisions(decisionRecord.fingerprint);
  readonly #at = new Map<string, number>();
  /** Made at the first look, and kept: a log cannot be told that a reader is done. */
  #alertReaders: readonly Reader[] | null = null;
  #controlReader: Reader | null = null;
  #pending: Pending[] = [];

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#alerts = new RecordDecoder(parts.log, alertRecord);
    this.#control = new RecordDecoder(parts.log, controlRecord);
  }

  /** What is there now is known: only what comes later is a change. */
  async begin(): Promise<void> {
    const { log, visible } = this.#parts;
    const upTo = await visible();
    const options = { durable: true, reuse: true } as const;
    this.#alertReaders ??= partitions(log, 'alerts').map((partition) => log.reader('alerts', partition, 0, options));
    this.#controlReader ??= log.reader('control', 0, 0, options);
    for (const reader of this.#alertReaders) reader.seek(upTo('alerts', reader.partition));
    this.#controlReader.seek(log.end('control', 0));
    this.#moved('decisions', upTo);
    this.#moved('webhook-attempts', upTo);
    this.#moved('webhook-subscriptions', (topic, partition) => log.end(topic, partition));
    this.#held.clear();
    this.#pending = [];
  }

  /** To be told of each batch of decisions while somebody listens. */
  decided(batch: RecordBatch): void {
    this.#held.take(batch);
  }

  async look(): Promise<Noticed> {
    const { log, visible } = this.#parts;
    const upTo = await visible();
    const all = new Set<LiveKind>();
    const unrestricted = new Set<LiveKind>();
    const note = (kind: LiveKind, isRestricted: boolean) => {
      all.add(kind);
      if (!isRestricted) unrestricted.add(kind);
    };
    if (this.#moved('decisions', upTo)) note('decisions', false);
    if (this.#held.passed((partition) => upTo('decisions', partition))) note('approvals', false);
    const ends = (topic: string, partition: number) => log.end(topic, partition);
    const changed = this.#moved('webhook-subscriptions', ends);
    // Shown to those alone who may see restricted alerts, since they may be sent them.
    if (this.#moved('webhook-attempts', upTo) || changed) note('webhooks', true);
    await this.#lookAtAlerts(upTo, note);
    this.#lookAtControl(note);
    await this.#lookAtShown(note);
    return { all, unrestricted };
  }

  /** True where one of its partitions can be read further than when it was asked last. */
  #moved(topic: 'decisions' | 'webhook-attempts' | 'webhook-subscriptions', upTo: Visible): boolean {
    let moved = false;
    for (const partition of partitions(this.#parts.log, topic)) {
      const key = `${topic}/${partition}`;
      const end = upTo(topic, partition);
      moved ||= end > (this.#at.get(key) ?? 0);
      this.#at.set(key, end);
    }
    return moved;
  }

  async #lookAtAlerts(upTo: Visible, note: Note): Promise<void> {
    let isOpen = false;
    for (const reader of this.#alertReaders ?? []) {
      const end = upTo('alerts', reader.partition);
      if (reader.position >= end) continue;
      note('alerts', true);
      while (!isOpen && reader.position < end) {
        const batch = await reader.nextBefore(end);
        if (batch === null) break;
        isOpen = this.#holdsUnrestricted(batch);
      }
      reader.seek(end);
    }
    if (isOpen) note('alerts', false);
  }

  #holdsUnrestricted(batch: RecordBatch): boolean {
    for (let index = 0; index < batch.values.count; index++) {
      if (!this.#alerts.decode(batch, index).restricted) return true;
    }
    return false;
  }

  #lookAtControl(note: Note): void {
    const reader = this.#controlReader;
    for (let batch = reader?.poll() ?? null; batch !== null; batch = reader?.poll() ?? null) {
      for (let index = 0; index < batch.values.count; index++) {
        const entry = this.#control.decode(batch, index);
        if (RULE_CHANGES.has(entry.kind)) note('rules', false);
        if (MEASURES.has(entry.kind) || RULE_CHANGES.has(entry.kind)) this.#pending.push({ entry, looks: 0 });
      }
    }
  }

  /** Who is frozen is for those alone who may see restricted alerts, and so is that a freeze was undone. */
  async #lookAtShown(note: Note): Promise<void> {
    if (this.#pending.length === 0) return;
    const kinds = await this.#shownKinds(
      this.#pending.flatMap(({ entry: { controlId, measure } }) => [controlId, ...(measure === null ? [] : [measure])]),
    );
    this.#pending = this.#pending.filter((one) => {
      const { controlId, kind, measure } = one.entry;
      one.looks++;
      if (!kinds.has(controlId) && one.looks < LOOKS_MAX) return true;
      // Rules are as the log has them at once; how they came to be so is read from the tables.
      if (RULE_CHANGES.has(kind)) {
        note('rules', false);
        return false;
      }
      const about = kind === 'undo' ? (kinds.get(measure ?? '') ?? 'freeze') : kind;
      note('measures', about === 'freeze' || about === 'unfreeze');
      return false;
    });
  }

  async #shownKinds(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      const rows = await select<{ id: string; kind: string }>(this.#parts.clickhouse, SHOWN, { ids });
      return new Map(rows.map(({ id, kind }) => [id, kind]));
    } catch (error) {
      // They are looked for again when ClickHouse is back.
      if (!isWeirError(error, 'SINK_UNAVAILABLE')) throw error;
      return new Map();
    }
  }
}

type Visible = (topic: string, partition: number) => number;
type Note = (kind: LiveKind, isRestricted: boolean) => void;

function partitions(log: Log, topic: keyof typeof TOPICS): number[] {
  return Array.from({ length: partitionsOf(TOPICS[topic], log.partitions) }, (_, partition) => partition);
}

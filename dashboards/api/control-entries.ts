/** Control as the tables have it: who told all partitions what, when and why. */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { type Control, controlRecord } from '../../schemas/events/control.ts';
import { isoTime, select } from './select.ts';

/** Control stands once in the tables, in the order in which all tasks heard of it. */
const ENTRIES = `
SELECT body
FROM events
WHERE topic = 'control' AND JSONExtractString(body, 'kind') = {kind:String}
ORDER BY log_partition DESC, ordinal DESC
LIMIT {limit:UInt32}`;

/** Changes of settings that are looked back through. */
const SETTINGS_MAX = 200;
const NO_SETTINGS = '{}';

/** The latest of a kind, the oldest of them first. */
export async function readControl(
  client: ClickHouseClient,
  kind: 'settings' | 'rule-switch',
  limit: number,
): Promise<Control[]> {
  const rows = await select<{ body: string }>(client, ENTRIES, { kind, limit });
  return rows.map(({ body }) => controlRecord.json.parse(JSON.parse(body)) as Control).reverse();
}

export interface SettingsChange {
  readonly entry: Control;
  /** The whole settings, as control carries them. */
  readonly before: string;
  readonly after: string;
}

/** The oldest first. The first of all is compared with the defaults; of more than are looked back through, it is left out. */
export async function readSettingsChanges(client: ClickHouseClient): Promise<SettingsChange[]> {
  const entries = await readControl(client, 'settings', SETTINGS_MAX + 1);
  const first = entries.length > SETTINGS_MAX ? 1 : 0;
  return entries.slice(first).map((entry, index) => ({
    entry,
    before: entries[first + index - 1]?.settings ?? NO_SETTINGS,
    after: entry.settings ?? NO_SETTINGS,
  }));
}

export function saidOf({ at, by, reason }: Control): {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
} {
  return { at: isoTime(at), by: by ?? '', reason: reason ?? '' };
}

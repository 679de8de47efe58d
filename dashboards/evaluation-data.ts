/** What an evaluation reads: alerts and population from ClickHouse, labels from the data folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { WeirError } from '../runtime/errors.ts';
import { type Label, labelJson } from '../schemas/label.ts';
import type { FoundAlert, Population } from './evaluate.ts';

/** Alerts by rule and subject. Shadow rules are judged too: that is what they run for. */
export async function readAlerts(client: Pick<ClickHouseClient, 'query'>): Promise<FoundAlert[]> {
  const answer = await client.query({
    query: `SELECT rule, toString(family) AS family, subject, toUInt32(count()) AS alerts FROM alerts_current
      WHERE family != 'operations' GROUP BY rule, family, subject ORDER BY rule, subject`,
    format: 'JSONEachRow',
  });
  return answer.json<{ rule: string; family: string; subject: string; alerts: number }>();
}

export async function readPopulation(client: Pick<ClickHouseClient, 'query'>): Promise<Population> {
  const answer = await client.query({
    query: `SELECT toUInt32(uniqExact(subject)) AS accounts, toUInt32(uniqExact(transfer_id)) AS transfers
      FROM entries WHERE subject_kind = 'party'`,
    format: 'JSONEachRow',
  });
  const [population] = await answer.json<{ accounts: number; transfers: number }>();
  return population ?? { accounts: 0, transfers: 0 };
}

/** All labels of a data folder; none where nothing labelled was imported. */
export async function readLabels(dataDir: string): Promise<Label[]> {
  const folder = join(dataDir, 'labels');
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const labels: Label[] = [];
  for (const name of names.filter((one) => one.endsWith('.ndjson')).sort()) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    lines.forEach((line, index) => {
      if (line !== '') labels.push(parseLabel(line, `${join(folder, name)}:${index + 1}`));
    });
  }
  return labels;
}

function parseLabel(line: string, place: string): Label {
  try {
    return labelJson.parse(JSON.parse(line));
  } catch (cause) {
    throw new WeirError('IMPORT_INVALID', `${place} is no label; expected {"account","typology",…}`, { cause });
  }
}

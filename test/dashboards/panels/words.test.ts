/** Codes that charts and tables show have words, whichever a later contract adds. */
import { expect, it } from 'vitest';
import { LABELS, labelOf } from '../../../dashboards/panels/words.ts';
import { controlRecord } from '../../../schemas/events/control.ts';
import { TOPIC_NAMES } from '../../../schemas/topics.ts';

it('has words in both languages for each topic, and for each place where records may wait', () => {
  for (const topic of TOPIC_NAMES) {
    expect(Object.keys(LABELS.topic)).toContain(topic);
    expect(labelOf('place', `clickhouse · ${topic}`, 'zh')).toBe(`ClickHouse · ${labelOf('topic', topic, 'zh')}`);
  }
  expect(labelOf('place', 'score', 'zh')).toBe('判断');
  expect(labelOf('place', 'score · journal', 'en')).toBe('Judge · Journal');
});

it('has words for each kind of control but the clock’s ticks', () => {
  const { fields } = controlRecord.type.schema() as unknown as {
    fields: { name: string; type: { symbols: string[] } }[];
  };
  const kinds = fields.find(({ name }) => name === 'kind')?.type.symbols ?? [];
  const shown = kinds.map((kind) => kind.replaceAll('_', '-')).filter((kind) => kind !== 'tick');
  expect(shown.length).toBeGreaterThan(5);
  expect(Object.keys(LABELS.control).sort()).toEqual(shown.sort());
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTPUT_TOPICS, outputRecord } from '../../processors/score/outputs.ts';
import { EVENTS } from '../../schemas/journal.ts';
import { Driver, type Outputs } from '../support/driver.ts';
import { expectGolden, recordedLines } from '../support/golden.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Line } from './script.ts';

function replay(lines: readonly Line[]): Outputs {
  const driver = new Driver({ partitions: 4 });
  for (const { topic, seen, event } of lines) {
    driver.now = Date.parse(seen);
    driver.append(topic, EVENTS[topic].json.parse(event) as never, driver.now);
  }
  return driver.outputs;
}

describe.each(SCENARIOS.map((one) => [one.name, one] as const))('the scenario %s', (name, scenario) => {
  const make = () =>
    scenario
      .record()
      .lines()
      .map((line) => JSON.stringify(line));
  const events = recordedLines(join(import.meta.dirname, name, 'events.ndjson'), make);
  const recorded = events.map((line) => JSON.parse(line) as Line);
  const outputs = replay(recorded);

  it('is recorded as it is written down', () => {
    expect(events).toEqual(make());
  });

  it.each(OUTPUT_TOPICS)('gives the same %s as ever', (topic) => {
    const { render } = outputRecord(topic);
    const lines = outputs[topic].map((value) => JSON.stringify(render(value)));
    expectGolden(join(import.meta.dirname, name, `${topic}.ndjson`), lines);
  });

  it('finds what was planted, and nobody else', () => {
    const found: { [rule: string]: string[] } = {};
    for (const { rule, subject } of outputs.alerts) {
      found[rule] ??= [];
      if (!found[rule].includes(subject)) found[rule].push(subject);
    }
    for (const subjects of Object.values(found)) subjects.sort();
    expect(found).toEqual(scenario.found);
  });

  it('gives the same a second time', () => {
    expect(replay(recorded)).toEqual(outputs);
  });
});

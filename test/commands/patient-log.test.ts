/** A process whose brokers are not there when it starts: it waits and says so, until it is told to stop or its time is up. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePorts } from '../support/ports.ts';
import { captured, runToEnd, spawnWeir } from '../support/running-weir.ts';

async function nobodyThere() {
  const [broker, registry] = (await freePorts(2)) as [number, number];
  const environment = {
    WEIR_KAFKA_BROKERS: `127.0.0.1:${broker}`,
    WEIR_SCHEMA_REGISTRY_URL: `http://127.0.0.1:${registry}`,
  };
  return { broker, environment };
}

it('waits for brokers and says so until it is told to end; without time to wait it ends with the reason', async () => {
  const { broker, environment } = await nobodyThere();
  // Both at once, since a try to connect takes its time.
  const impatient = runToEnd({
    ...{ dataDir: temporaryFolder(), args: ['run'] },
    environment: { ...environment, WEIR_START_DEADLINE: '0s' },
  });
  const child = spawnWeir({ dataDir: temporaryFolder(), args: ['run'], environment });
  const printed = captured(child);
  const line = await eventually('it says that it waits', () => /^.*waits since.*$/m.exec(printed())?.[0] ?? false);
  const { since, waitingFor, leftMs } = JSON.parse(line) as { since: string; waitingFor: string; leftMs: number };
  expect(waitingFor).toContain(`Kafka at 127.0.0.1:${broker}`);
  expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
  expect(leftMs).toBeGreaterThan(0);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  const ended = await impatient;
  expect(ended.printed).toContain('LOG_UNAVAILABLE');
  expect(ended.printed).not.toContain('waits since');
  expect(ended.exitCode).toBe(1);
});

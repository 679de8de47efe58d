/** What one endpoint does is no other’s business; and what was sent or not outlives the sender. */
import { describe, expect, it } from 'vitest';
import { isWeirError } from '../../../runtime/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { alertOf, openWebhooks, PARTITIONS, startReceiver, type WebhookBench } from '../../support/webhooks.ts';

async function flood(bench: WebhookBench, count: number, prefix: string): Promise<void> {
  const perPartition = Math.ceil(count / PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const alerts = Array.from({ length: perPartition }, (_, index) =>
      alertOf({ alertId: `${prefix}-${partition}-${index}` }),
    );
    await bench.append('alerts', partition, alerts);
  }
}

describe('ten dead endpoints', () => {
  it('delay nobody, are left alone, and lose nothing', async () => {
    const clock = new VirtualClock();
    const bench = await openWebhooks({ now: clock.now, setTimer: clock.setTimer, timeoutMs: 3_000 });
    const silent = await Promise.all(Array.from({ length: 5 }, () => startReceiver(() => undefined)));
    const broken = await Promise.all(
      Array.from({ length: 5 }, () => startReceiver((_, response) => response.writeHead(500).end())),
    );
    const healthy = await startReceiver();
    const dead = [...silent, ...broken];
    const ids: string[] = [];
    for (const one of dead) ids.push((await bench.subscribe(one.url)).id);
    await bench.subscribe(healthy.url, { ratePerSecondMax: 5_000 });
    await flood(bench, 3_000, 'a');
    await eventually('the healthy one has all of them', () => {
      clock.advance(10);
      return healthy.received.length === 3_000;
    });
    const tried = await eventually('the dead ones are left alone', async () => {
      const { body } = await bench.ask('GET', '/v1/webhooks');
      const states = body.items.filter(({ id }: { id: string }) => ids.includes(id));
      return (
        states.every(({ health }: { health: { state: string } | null }) => health?.state === 'open') &&
        dead.map(({ received }) => received.length)
      );
    });
    expect(Math.max(...tried)).toBeLessThan(40);
    const { body } = await bench.ask('GET', `/v1/webhooks/${ids[0]}`);
    expect(body.health.failingSince).not.toBeNull();
    expect(body.health.unfinished).toBeLessThanOrEqual(1_000);
    const [revived] = broken as [(typeof broken)[number]];
    revived.answer = (_, response) => response.writeHead(200).end();
    const before = revived.received.length;
    await eventually('it has all of them', () => {
      clock.advance(1_000);
      return new Set(revived.received.slice(before).map(({ headers }) => headers['webhook-id'])).size === 3_000;
    });
    expect(silent.every(({ received }) => received.length < 60)).toBe(true);
  });
});

describe('a sender that starts again', () => {
  it('goes on where the last one stopped, and sends nothing twice', async () => {
    const folder = temporaryFolder();
    const receiver = await startReceiver();
    const first = await openWebhooks({ folder });
    await first.subscribe(receiver.url);
    await flood(first, 400, 'a');
    await eventually('some came', () => receiver.received.length > 50);
    await first.close();
    const second = await openWebhooks({ folder });
    await flood(second, 400, 'b');
    await eventually('all came', () => receiver.received.length >= 800);
    await eventually('all are written down', () => second.attempts().length === 800);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(800);
    expect(receiver.received).toHaveLength(800);
  });

  it('keeps what waits for another attempt', async () => {
    const folder = temporaryFolder();
    const clock = new VirtualClock();
    const options = { folder, now: clock.now, setTimer: clock.setTimer };
    const receiver = await startReceiver((_, response) => response.writeHead(500).end());
    const first = await openWebhooks(options);
    const { id } = await first.subscribe(receiver.url);
    await first.raise({ alertId: 'a-1' }, { alertId: 'a-2' });
    await eventually('both failed', () => first.attempts().length === 2);
    await first.close();
    receiver.answer = (_, response) => response.writeHead(200).end();
    const second = await openWebhooks(options);
    expect((await second.ask('GET', `/v1/webhooks/${id}`)).body.health).toMatchObject({ unfinished: 2 });
    clock.advance(10_000);
    await eventually('both came', () => receiver.received.length === 4);
    await eventually('both are written down', () => second.attempts().length === 4);
    expect(second.attempts().slice(2)).toMatchObject([
      { attempt: 2, trigger: 'retry', outcome: 'delivered' },
      { attempt: 2, trigger: 'retry', outcome: 'delivered' },
    ]);
  });

  it('misses nothing that came between a subscription and the start of who sends', async () => {
    const bench = await openWebhooks({ sends: false });
    const receiver = await startReceiver();
    await bench.raise({ alertId: 'before' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.subscribe(receiver.url);
    await bench.raise({ alertId: 'a-1' }, { alertId: 'a-2' });
    await bench.sender();
    await eventually('both came', () => receiver.received.length === 2);
  });

  it('shuts an earlier one out, which then ends', async () => {
    const faults: unknown[] = [];
    const bench = await openWebhooks({ sends: false });
    const receiver = await startReceiver();
    await bench.subscribe(receiver.url);
    await bench.sender({ onFault: (error) => faults.push(error) });
    await bench.raise({ alertId: 'a-1' });
    await eventually('one came', () => bench.attempts().length === 1);
    await bench.sender();
    await bench.raise({ alertId: 'a-2' });
    await eventually('the earlier one ends', () => faults.length > 0);
    expect(isWeirError(faults[0], 'LOG_FENCED')).toBe(true);
    await bench.raise({ alertId: 'a-3' });
    await eventually(
      'all came',
      () => new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size === 3,
    );
  });
});

import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { openWebhooks, startReceiver } from '../../support/webhooks.ts';

describe('a subscription', () => {
  it('is sent what it asked for, verifiable by the official receiver, each attempt a row', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    const { id, secrets } = await bench.subscribe(receiver.url, { severity: 'high' });
    await bench.raise(
      { alertId: 'a-1' },
      { alertId: 'a-2', severity: 'low' },
      { alertId: 'a-3', severity: 'critical' },
    );
    await eventually('two came', () => receiver.received.length >= 2);
    for (const one of receiver.received) {
      const verified = new Webhook(secrets[0]!.secret).verify(one.body, one.headers as Record<string, string>);
      expect(verified).toMatchObject({ type: 'alert.opened', data: { rule: 'pass-through', revision: 1 } });
    }
    const rows = await eventually('both are written down', () => {
      const all = bench.attempts();
      return all.length >= 2 ? all : null;
    });
    expect(rows).toMatchObject([
      { subscriptionId: id, outcome: 'delivered', attempt: 1, trigger: 'event', status: 204, nextAt: null },
      { subscriptionId: id, outcome: 'delivered', attempt: 1, trigger: 'event', status: 204, nextAt: null },
    ]);
  });
});

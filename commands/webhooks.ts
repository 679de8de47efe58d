/** Webhooks of a running process: the API on which subscriptions are made, and the sender. */
import { repeatEvery } from '../runtime/clock.ts';
import type { Server } from '../runtime/http/server.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { loadSecretKey } from '../runtime/secret-key.ts';
import { SECOND_MS } from '../schemas/time.ts';
import { addWebhookRoutes } from '../sinks/webhook/routes.ts';
import type { WebhookSender } from '../sinks/webhook/sender.ts';
import { startSenderThread } from '../sinks/webhook/threaded.ts';
import { isEvaluation } from './engine.ts';
import type { ServeOptions } from './serve.ts';

const GAUGES_MS = 5 * SECOND_MS;

export async function startWebhooks(options: ServeOptions, { app }: Server): Promise<void> {
  const { config, version, engine, metrics, lifecycle, logger, now } = options;
  const { log } = engine;
  const key = loadSecretKey(config);
  if (engine.logSource.kind === 'kafka' && config.secretKey === undefined && config.secretKeyFile === undefined) {
    logger.warn(
      'WEIR_SECRET_KEY is not set: what webhooks are signed with is read by no other process, and with the data folder it is lost',
    );
  }
  const allow = new Set(config.webhookAllow ?? []);
  await addWebhookRoutes(app, { log, key, allow, now });
  // What old data brings to light is for looking at, and told nobody.
  if (isEvaluation(config.dataDir)) return;
  // One process sends at a time; it is told when that is this one.
  let sender: WebhookSender | null = null;
  await engine.stages.attach('webhooks', async (signal) => {
    const started = await startSenderThread({
      ...{ log: engine.logSource, config, version, logger, signal },
      onAttempt: ({ outcome, attempt, trigger, sinceRecordMs }) => {
        metrics.count('weir_webhook_attempts_total', { outcome });
        if (outcome !== 'delivered' || attempt !== 1 || trigger !== 'event') return;
        metrics.observe('weir_webhook_delivery_seconds', {}, sinceRecordMs / 1_000);
      },
      onFault: (error) => void engine.stages.ended('webhooks', error),
    });
    sender = started;
    return {
      stop: () => {
        sender = null;
        return started.stop();
      },
    };
  });
  await lifecycle.start(
    'webhook gauges',
    () => repeatEvery(GAUGES_MS, () => measure(sender, metrics)),
    (gauges) => gauges.stop(),
  );
}

function measure(sender: WebhookSender | null, metrics: Metrics): void {
  const health = sender?.health() ?? [];
  for (const state of ['closed', 'open', 'probing'] as const) {
    metrics.set('weir_webhook_endpoints', { state }, health.filter(({ breaker }) => breaker === state).length);
  }
  metrics.set('weir_webhook_lag_records', {}, Math.max(0, ...health.map(({ lagRecords }) => lagRecords)));
}

/** Waits for an attempt to be written down: how the HTTP side learns what the sender did, wherever that runs. */
import { systemTimer } from '../../runtime/clock.ts';
import { RecordDecoder } from '../../runtime/log/decoder.ts';
import type { Log } from '../../runtime/log/port.ts';
import { type WebhookAttempt, webhookAttemptRecord } from '../../schemas/webhook.ts';
import { ATTEMPTS_TOPIC } from './ledger.ts';

export interface AttemptSearch {
  /** The first attempt that matches; null where none came in time. */
  find(matches: (row: WebhookAttempt) => boolean, waitMs: number): Promise<WebhookAttempt | null>;
}

/** Attempts that are written down from now on. */
export function attemptsFrom(log: Log): AttemptSearch {
  const reader = log.reader(ATTEMPTS_TOPIC, 0, log.end(ATTEMPTS_TOPIC, 0), { durable: true });
  const decoder = new RecordDecoder(log, webhookAttemptRecord);
  return {
    find: async (matches, waitMs) => {
      let expired = false;
      const expiry = new Promise<void>((resolve) => {
        systemTimer(() => {
          expired = true;
          resolve();
        }, waitMs);
      });
      while (!expired) {
        for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
          for (let index = 0; index < batch.values.count; index++) {
            const row = decoder.decode(batch, index);
            if (matches(row)) return row;
          }
        }
        await Promise.race([log.awaitAny([reader]), expiry]);
      }
      return null;
    },
  };
}

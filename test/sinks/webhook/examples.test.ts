/** The examples for receivers in the documentation verify what the sender really sends. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAuthentic, type WebhookHeaders } from '../../../docs/webhooks/verify.ts';
import { eventually } from '../../support/eventually.ts';
import { describeWith, type RealPart } from '../../support/real-parts.ts';
import { ROOT } from '../../support/sources.ts';
import { openWebhooks, type Received, startReceiver } from '../../support/webhooks.ts';

async function oneMessage() {
  const bench = await openWebhooks();
  const receiver = await startReceiver();
  const { secrets } = await bench.subscribe(receiver.url, { signatures: ['v1', 'v1a'] });
  await bench.raise({ zh: '预警：Łódź ☂' });
  const message = await eventually('it came', () => receiver.received[0]);
  return { message, secret: secrets[0]!.secret, publicKey: secrets[1]!.secret };
}

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

it('TypeScript: takes what is authentic, and nothing else', async () => {
  const { message, secret, publicKey } = await oneMessage();
  const headers = message.headers as unknown as WebhookHeaders;
  const body = Buffer.from(message.body);
  const now = Number(headers['webhook-timestamp']);
  expect(isAuthentic(body, headers, secret, now + 299)).toBe(true);
  expect(isAuthentic(body, headers, publicKey, now)).toBe(true);
  expect(isAuthentic(body, headers, secret, now + 301)).toBe(false);
  expect(isAuthentic(body, headers, OTHER_SECRET, now)).toBe(false);
  expect(isAuthentic(Buffer.from(`${message.body} `), headers, secret, now)).toBe(false);
  expect(isAuthentic(body, { ...headers, 'webhook-id': 'alerts-0-1' }, secret, now)).toBe(false);
  expect(isAuthentic(body, { ...headers, 'webhook-timestamp': `${now}abc` }, secret, now)).toBe(false);
  expect(isAuthentic(body, { ...headers, 'webhook-signature': 'v1,' }, secret, now)).toBe(false);
});

const LANGUAGES = [
  { name: 'Python', command: 'python3', version: '--version', file: 'verify.py' },
  { name: 'Java', command: 'java', version: '-version', file: 'Verify.java' },
] as const;

function part({ name, command, version }: (typeof LANGUAGES)[number]): RealPart {
  const there = spawnSync(command, [version]).status === 0;
  return { name, missing: there ? null : `${command} is not installed` };
}

for (const language of LANGUAGES) {
  describeWith(part(language), language.name, () => {
    it('takes what is authentic, and nothing else', async () => {
      const { message, secret } = await oneMessage();
      const run = (key: string, { headers, body }: Pick<Received, 'headers' | 'body'>) => {
        const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
        const values = [key, ...names.map((one) => headers[one] as string)];
        return spawnSync(language.command, [join(ROOT, 'docs/webhooks', language.file), ...values], { input: body })
          .status;
      };
      expect(run(secret, message)).toBe(0);
      expect(run(OTHER_SECRET, message)).toBe(1);
      expect(run(secret, { ...message, body: `${message.body} ` })).toBe(1);
      expect(run(secret, { ...message, headers: { ...message.headers, 'webhook-timestamp': '1614265330' } })).toBe(1);
    });
  });
}

/** The test button: one message that tells of nothing, once. */
import type { Now } from '../../runtime/clock.ts';
import type { WebhookAttempt, WebhookChange } from '../../schemas/webhook.ts';
import { attemptRow } from './attempts.ts';
import { type Answer, Delivery, type DeliveryOptions, type Post } from './delivery.ts';
import { type Message, messageIdOf, type Place } from './messages.ts';
import type { Vault } from './vault.ts';

const TEST_TYPE = 'webhook.test';

/** Sends the test that a change asks for; `place` is the change’s own, and names the message. */
export async function sendTest(
  change: WebhookChange,
  place: Place,
  vault: Vault,
  options: DeliveryOptions & { readonly now: Now },
): Promise<WebhookAttempt> {
  const { id, type, body } = testMessage(place, change.at);
  const at = options.now();
  const headers = vault.signerOf(change).headers({ id, timestamp: Math.floor(at / 1_000), body }, at);
  const answer = await postOnce(vault.urlOf(change), { headers, body }, options);
  return attemptRow({
    ...{ subscriptionId: change.subscriptionId, messageId: id, type, trigger: 'test', at, answer, nextAt: null },
    message: { attempts: 1, seen: change.at, commandId: change.commandId },
    outcome: answer.error === null ? 'delivered' : 'failed',
  });
}

async function postOnce(url: URL, post: Post, options: DeliveryOptions): Promise<Answer> {
  const delivery = new Delivery(url, 1, options);
  try {
    return await delivery.post(post);
  } finally {
    await delivery.destroy();
  }
}

function testMessage(place: Place, at: number): Message {
  const data = {
    revision: 1,
    reason: {
      en: 'This is a test. If you can read and verify it, the endpoint is ready.',
      zh: '这是一条测试消息。能够读取并验签即表示接收端已就绪。',
    },
  };
  const body = { type: TEST_TYPE, timestamp: new Date(at).toISOString(), data };
  return { id: messageIdOf(place), type: TEST_TYPE, body: Buffer.from(JSON.stringify(body)) };
}

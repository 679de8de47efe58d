/** What people are told when a subscription is switched off, in both languages. */
import type { Notification } from '../../schemas/notification.ts';
import type { WebhookChange } from '../../schemas/webhook.ts';

const CAUSES = {
  gone: 'The endpoint answered 410 Gone: it wants no more. / 接收端返回 410 Gone，表示不再接收。',
  exhausted:
    'Every attempt has failed for as long as a message is tried, about three days. / 在一条消息的整个重试期（约三天）内全部投递失败。',
} as const;

export function reasonOf(cause: keyof typeof CAUSES): string {
  return CAUSES[cause];
}

export function disabledNotification(change: WebhookChange, seen: number): Notification {
  const { subscriptionId, revision, at, by, origin, reason, choices } = change;
  const [whyEn, whyZh] = (reason ?? '').split(' / ') as [string, string | undefined];
  return {
    notificationId: `webhook-disabled:${subscriptionId}:${revision}`,
    at,
    seen,
    audience: 'operations',
    kind: 'webhook-disabled',
    party: subscriptionId,
    invoiceId: null,
    en: `The webhook “${choices.title}” to ${origin} was switched off by ${by}. ${whyEn}`.trim(),
    zh: `发往 ${origin} 的 webhook“${choices.title}”已由 ${by} 停用。${whyZh ?? whyEn}`.trim(),
  };
}

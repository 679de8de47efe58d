/** How an endpoint fares, as a coloured word. */
import { Tag } from 'antd';
import type { Words } from '../../../panels/words.ts';
import { usePreferences } from '../preferences.tsx';
import type { Subscription } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';

export function WebhookState({ subscription }: { readonly subscription: Subscription }) {
  const { pick } = usePreferences();
  const [text, color] = stateOf(subscription);
  return <Tag color={color}>{pick(text)}</Tag>;
}

function stateOf({ enabled, health }: Subscription): readonly [text: Words, color: string] {
  if (!enabled) return [WEBHOOKS.off, 'default'];
  if (health === null) return [WEBHOOKS.unknown, 'blue'];
  if (health.state === 'open') return [WEBHOOKS.open, 'red'];
  if (health.state === 'probing') return [WEBHOOKS.probing, 'orange'];
  if (health.failingSince !== null) return [WEBHOOKS.failing, 'orange'];
  return health.lastSuccessAt === null ? [WEBHOOKS.unknown, 'blue'] : [WEBHOOKS.healthy, 'green'];
}

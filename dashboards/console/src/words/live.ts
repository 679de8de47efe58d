/** What the console says about how fresh it is. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const LIVE = {
  live: words('Live', '实时'),
  reconnecting: words('Reconnecting…', '重新连接中…'),
  stale: words('Stale', '非实时'),
  liveWhy: words('What changes shows here within a second or two.', '变更在一两秒内自动显示。'),
  reconnectingWhy: words('The live connection broke; it is being made again.', '实时连接中断，正在重新连接。'),
  staleWhy: words(
    'There is no live connection; what is shown is loaded again every 15 seconds.',
    '实时连接不可用，页面每 15 秒重新加载一次。',
  ),
} as const satisfies { readonly [name: string]: Words };

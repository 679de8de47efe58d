/** What the console says of a party. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const PARTY_TEXTS = {
  of: words('of', '限额'),
  generalLimit: words(
    'Limits of customers of no segment, scaled by the rating; segments and emergency measures may differ.',
    '此为未分组客户的限额，已按评级调整；分组设置与应急措施可能不同。',
  ),
} as const satisfies { readonly [name: string]: Words };

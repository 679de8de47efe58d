/** What the page of general settings says. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const SETTINGS = {
  settings: words('Settings', '设置'),
  what: words(
    'What holds for all rules alike. Each change is kept in the log with who made it and why.',
    '对所有规则一律适用的设置。每次变更连同操作人与理由一并存档。',
  ),
  setting: words('Setting', '设置项'),
  change: words('Change settings', '修改设置'),
  mayNotChange: words('Only administrators change settings.', '仅管理员可以修改设置。'),
  never: words('never', '从未变更'),
  history: words('Changes of settings', '变更历史'),
  neverChanged: words('Nobody has changed them: they are as they came with Weir.', '从未修改，为出厂设置。'),
  changesUnknown: words('What was changed cannot be told now.', '暂时无法获知变更历史。'),
  daysHint: words('Days like 2026-10-01; a list can be pasted.', '日期形如 2026-10-01，可粘贴多个。'),
  dayWrong: words('Not a day like 2026-10-01:', '日期格式须如 2026-10-01：'),
  none: words('none', '无'),
  workingDays: words('working days', '个工作日'),
  rate: words('Rate for amounts of rules', '规则金额的折算汇率'),
  rateHint: words(
    'Amounts of rules are in the base currency: all of them are converted by this rate, in the same change.',
    '规则中的金额以本位币计：将在同一次变更中按此汇率全部换算。',
  ),
  rateWrong: words('A number greater than zero, with nine decimals at most.', '请输入大于零的数字，最多九位小数。'),
  worth: words('is worth', '折合'),
  currencyWarning: words(
    'Change the base currency before the first transfers only. What was summed and decided before stays in the former currency and is not converted: limits, windows and charts would mix both. Exchange rates so far no longer hold; until new ones are sent, transfers in other currencies are held.',
    '请仅在首笔交易之前变更本位币。此前的累计与决定仍以原币种计，不作换算，限额、时间窗口与图表将混用两种币种。已有汇率随即失效，在发送新汇率之前，外币转账将转为待审。',
  ),
  rules: words('Amounts of rules that change along', '随之变更的规则金额'),
} as const satisfies { readonly [name: string]: Words };

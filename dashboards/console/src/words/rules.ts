/** What the page of the rules says. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const RULES = {
  alerts: words('Alerts, 30 days', '30 天预警'),
  hits: words('Hits, 30 days', '30 天命中'),
  stopped: words('Stopped, 30 days', '30 天拦截'),
  changes: words('Changes of settings, lists and switches', '设置、名单与开关变更'),
  lastChange: words('Settings last changed', '设置最近变更'),
  detects: words('What it says', '预警内容'),
  judgedOn: words('Judged on', '判断时机'),
  version: words('Version', '版本'),
  toldWhom: words('Told', '告知范围'),
  restricted: words('Compliance alone; the subject must not learn of it', '仅合规，不得告知当事人'),
  open: words('All staff', '全体员工'),
  segments: words('Customers with other options', '另设参数的客户分组'),
  exemptions: words('Exemptions', '豁免'),
  measures: words('What it measures', '度量'),
  changedFromDefault: words('changed', '已调整'),
  none: words('none', '无'),
  noOptions: words('It has no options.', '无可调参数。'),
  find: words('Find a rule', '查找规则'),
} as const satisfies { readonly [name: string]: Words };

/** Occasions on which rules are judged. */
export const OCCASIONS: { readonly [on: string]: Words } = {
  outgoing: words('Transfers that leave', '转出'),
  incoming: words('Transfers that arrive', '转入'),
  settlement: words('Settlements', '结算'),
  device: words('Use of a device', '设备使用'),
  operator: words('Work of an operator', '操作员行为'),
  status: words('Changes of status', '状态变更'),
  receivables: words('Invoices and payments', '账单与回款'),
};

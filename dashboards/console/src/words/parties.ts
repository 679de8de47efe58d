/** What the console says of a party. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const PARTY_TEXTS = {
  of: words('of', '限额'),
  generalLimit: words(
    'Limits as settings have them for such customers, scaled by the rating; emergency measures and exemptions may differ.',
    '此为该类客户在规则设置中的限额，已按评级调整；应急措施与豁免可能不同。',
  ),
  flow: words('Money over time', '资金收付'),
  range: words('Range', '时间范围'),
  currency: words('Currency', '币种'),
  week: words('7 days', '7 天'),
  month: words('30 days', '30 天'),
  quarter: words('90 days', '90 天'),
  incoming: words('In', '转入'),
  outgoing: words('Out', '转出'),
  alerts: words('Alerts', '预警'),
  changes: words('Changes', '变更记录'),
  by: words('by', '操作人'),
  until: words('Until', '截止'),
  gradeBefore: words('Rating before', '原评级'),
  since: words('Since', '生效时间'),
  overdueDays: words('Days overdue at most', '最长逾期天数'),
  overdue: words('Overdue', '逾期金额'),
  unpaid: words('Unpaid', '未付金额'),
  utilisation: words('Use of the credit line', '额度使用率'),
  scale: words('Limits are scaled to', '限额系数'),
} as const satisfies { readonly [name: string]: Words };

export const CHANGE_WORDS = {
  file: words('File', '客户档案'),
  profile: words('Change of data', '信息调整'),
  rating: words('Credit rating', '信用评级'),
  freeze: words('Frozen', '冻结'),
  unfreeze: words('Unfrozen', '解冻'),
} as const satisfies { readonly [what: string]: Words };

export const PROFILE_STATUS: { readonly [status: string]: Words } = {
  requested: words('Requested', '已申请'),
  approved: words('Approved', '已批准'),
  applied: words('Applied', '已生效'),
  refused: words('Refused', '已拒绝'),
};

/** Fields of files and ratings; of what upstream names otherwise, its own name is shown. */
export const FIELD_WORDS: { readonly [field: string]: Words } = {
  kind: words('Kind', '类型'),
  name: words('Name', '名称'),
  country: words('Country', '国家'),
  zone: words('Time zone', '时区'),
  tags: words('Tags', '标签'),
  industry: words('Industry', '行业'),
  accounts: words('Accounts', '账户'),
  ownGroup: words('Group of companies', '所属集团'),
  taxNumber: words('Tax number', '税号'),
  contact: words('Contact', '联系方式'),
  accountManager: words('Account manager', '管户负责人'),
  creditLimit: words('Credit line', '信用额度'),
  grade: words('Rating', '评级'),
  limitScalePercent: words('Limits are scaled to', '限额系数'),
  overdueDaysMax: words('Days overdue at most', '最长逾期天数'),
  phone: words('Phone', '电话'),
  device: words('Device', '设备'),
  address: words('Address', '地址'),
  'bank-account': words('Bank account', '银行账户'),
  email: words('E-mail', '邮箱'),
};

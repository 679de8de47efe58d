/** What the console says where alerts are worked on. */
import type { ALERT_RESOLUTIONS, ALERT_STEPS } from '../../../../schemas/alert.ts';
import type { AlertAction } from '../../../../schemas/events/alert-action.ts';
import type { Words } from '../../../panels/words.ts';

type AlertResolution = (typeof ALERT_RESOLUTIONS)[number];
type AlertStep = (typeof ALERT_STEPS)[number];

const words = (en: string, zh: string): Words => ({ en, zh });

export const ACTION_WORDS: { readonly [action in AlertAction['action']]: Words } = {
  assign: words('Assign', '分派'),
  investigate: words('Investigate', '调查'),
  close: words('Close', '结案'),
  snooze: words('Snooze', '暂缓'),
  comment: words('Comment', '备注'),
  reopen: words('Reopen', '重新打开'),
};

export const RESOLUTION_WORDS: { readonly [resolution in AlertResolution]: Words } = {
  confirmed: words('Confirmed', '确认风险'),
  reported: words('Reported', '上报监管'),
  'false-positive': words('False positive', '误报'),
  'accepted-risk': words('Accepted risk', '接受风险'),
};

/** What brought a revision. */
export const STEP_WORDS: { readonly [step in AlertStep]: Words } = {
  hit: words('Hit', '命中'),
  assign: words('Assigned', '分派'),
  investigate: words('Investigation begun', '开始调查'),
  report: words('Report asked for; a second person must confirm', '提请上报，待第二人复核'),
  close: words('Closed', '结案'),
  reopen: words('Reopened', '重新打开'),
  snooze: words('Snoozed', '暂缓'),
  wake: words('No longer snoozed', '暂缓到期'),
  comment: words('Comment', '备注'),
  escalate: words('Escalated by age', '逾时升级'),
  quiet: words('Quieted by a critical alert', '因严重预警而静默'),
  unquiet: words('No longer quiet', '不再静默'),
};

export const ALERT_TEXTS = {
  assignToMe: words('Assign to me', '分派给我'),
  assignee: words('Assignee', '处理人'),
  nobody: words('Nobody', '未分派'),
  me: words('Me', '我'),
  to: words('to', '给'),
  outcome: words('Outcome', '结论'),
  confirmReport: words('Confirm the report', '复核上报'),
  why: words('Reason', '理由'),
  whyNeeded: words('Say why; it is kept for the audit.', '请说明理由，将存档备查。'),
  noteNeeded: words('Say something.', '请填写备注。'),
  whomNeeded: words('Say whom.', '请选择处理人。'),
  until: words('Until', '暂缓至'),
  untilWrong: words('A time within the next 90 days.', '须为未来 90 天内的时间。'),
  neverRests: words('Hits on lists and freezes never rest.', '名单与冻结命中不可暂缓。'),
  reportedHint: words(
    'A second person must confirm it. From now on the report to the authority has a deadline, in working days.',
    '须由第二人复核。自此开始计算向监管报送的期限（工作日）。',
  ),
  reportDue: words('The report must be with the authority by', '须在此时间前报送监管：'),
  reportAskedBy: words('Report asked for by', '提请上报：'),
  secondPerson: words(
    'You asked for this report: somebody else must confirm it. To take it back, investigate again.',
    '上报由您提请，须由其他人复核；如需撤回，请重新开始调查。',
  ),
  taken: words('Done', '已完成'),
  refusedSome: words('Some were refused', '部分被拒绝'),
  refusedWhich: words('Nothing changed on these:', '以下预警未作变更：'),
  quietBy: words('Quiet: a critical alert of the same cause says it louder.', '已静默：同一原因的严重预警优先。'),
  quietOpen: words('See the critical alert', '查看严重预警'),
  quietTag: words('Quiet', '静默'),
  quietsThis: words('Quieted by this one', '被本预警静默'),
  escalated: words('Escalated', '已升级'),
  reportLate: words('Report late', '上报逾期'),
  snoozedUntil: words('Snoozed until', '暂缓至'),
  closedAs: words('Closed as', '结案为'),
  others: words('Other alerts on this subject', '该主体的其他预警'),
  noOthers: words('None.', '无。'),
  system: words('Weir', '系统'),
  unclosed: words('Not closed', '未结案'),
  quietHidden: words('Quiet ones hidden', '不含静默'),
  quietShown: words('Quiet ones shown', '含静默'),
  quietOnly: words('Quiet ones only', '仅静默'),
  quiet: words('Quiet ones', '静默预警'),
  opened: words('Opened', '首次命中'),
  anyTime: words('Any time', '不限时间'),
  custom: words('From … to …', '自定义'),
  from: words('From', '自'),
  upTo: words('To', '至'),
  views: words('Saved views', '已存视图'),
  todo: words('To do', '待处理'),
  mine: words('Mine', '我的'),
  reporting: words('To confirm', '待复核上报'),
  escalatedView: words('Escalated', '已升级'),
  saveView: words('Save this view', '保存当前视图'),
  viewName: words('Name of the view', '视图名称'),
  viewNeeded: words('Give it a name.', '请填写名称。'),
  forget: words('Delete', '删除'),
  copyLink: words('Copy link', '复制链接'),
  copied: words('Copied.', '已复制。'),
  save: words('Save', '保存'),
  clear: words('Clear selection', '取消选择'),
  select: words('Select', '选择'),
  selectAll: words('Select all shown', '全选'),
  actions: words('Actions', '操作'),
  keys: words('Keyboard', '快捷键'),
  keysOn: words('Keys act on this page', '启用本页快捷键'),
  keyNext: words('Next alert', '下一条'),
  keyPrevious: words('Previous alert', '上一条'),
  keySelect: words('Select or unselect', '选择或取消选择'),
  keyOpen: words('Open', '打开'),
  keyFind: words('Find a subject', '查找主体'),
  keyHelp: words('This list', '本列表'),
  keysScope: words(
    'They act on what is selected, else on the alert with the focus, and never while you type or a dialog is open.',
    '作用于已选预警；未选时作用于焦点所在预警。输入文字或对话框打开时不起作用。',
  ),
} as const satisfies { readonly [name: string]: Words };

/** Offered as reasons; anything else may be said. */
export const USUAL_REASONS: { readonly [resolution in AlertResolution]: readonly Words[] } = {
  confirmed: [
    words('Fraud confirmed by the customer', '客户确认为欺诈'),
    words('Suspicion holds after inquiry', '核查后疑点成立'),
  ],
  reported: [words('Suspicious transaction', '可疑交易'), words('Large-value transaction', '大额交易')],
  'false-positive': [
    words('Payroll', '工资代发'),
    words('Transfers within the own group', '集团内部划转'),
    words('Contract and invoice checked', '已核对合同与发票'),
  ],
  'accepted-risk': [words('Known customer, agreed limits', '熟悉客户，额度已约定')],
};

/** What the page of the rules says. */
import type { Words } from '../../../panels/words.ts';
import { segmentWords } from './emergency.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const RULES = {
  month: words('Last 30 days', '近 30 天'),
  alerts: words('Alerts', '预警'),
  hits: words('Hits', '命中'),
  stopped: words('Stopped', '拦截'),
  changes: words('Changes of settings, lists and switches', '设置、名单与开关变更'),
  lastChange: words('Settings last changed', '设置最近变更'),
  detects: words('What it says', '预警内容'),
  id: words('Id', '规则编号'),
  judgedOn: words('Judged on', '判断时机'),
  version: words('Version', '版本'),
  toldWhom: words('Told', '告知范围'),
  restricted: words('Compliance alone; the subject must not learn of it', '仅合规，不得告知当事人'),
  open: words('All staff', '全体员工'),
  segments: words('Customers with other options', '另设参数的客户分组'),
  exemptions: words('Exemptions', '豁免'),
  exempt: words('Exempt somebody', '添加豁免'),
  exempted: words('Whom', '豁免对象'),
  exemptWhat: words(
    'The rule leaves them alone until then; all other rules judge as before.',
    '在截止时间之前，该规则不再针对其执行；其他规则照常执行。',
  ),
  noExemptions: words('It leaves nobody alone.', '无豁免。'),
  oneSubject: words('One', '单个主体'),
  manyCustomers: words('Customers', '一类客户'),
  subject: words('Party, account or device', '客户编号、账号或设备'),
  subjectHint: words('Its id, without spaces.', '请输入编号，不含空格。'),
  by: words('By', '操作人'),
  until: words('Until', '截止'),
  untilHint: words('A time that is still to come.', '须为将来的时间。'),
  over: words('over', '已到期'),
  end: words('End', '终止'),
  endExemption: words('End the exemption', '终止豁免'),
  endExemptionWhat: words('The rule judges them again, from the next transfer on.', '自下一笔起恢复对其执行该规则。'),
  measures: words('What it measures', '度量'),
  changedFromDefault: words('changed', '已调整'),
  none: words('none', '无'),
  noOptions: words('It has no options.', '无可调参数。'),
  find: words('Find a rule', '查找规则'),
  standard: words('Default', '默认'),
  mayNotChange: words('Only administrators change rules.', '仅管理员可以修改规则。'),
  change: words('Change settings', '修改设置'),
  mode: words('Judging', '执行方式'),
  modeHint: words('Shadow: it is judged and counted, and has no effect.', '影子运行：执行并计数，但不产生效果。'),
  on: words('On', '启用'),
  shadow: words('Shadow', '影子运行'),
  off: words('Off', '停用'),
  groupsHint: words(
    'Later groups win where a customer is in several. What a group does not say is as for all.',
    '客户同时属于多个分组时，以靠后的分组为准；分组未设的项目与全体一致。',
  ),
  asForAll: words('As for all', '与全体一致'),
  judged: words('Judged', '执行'),
  inShadow: words('Shadow', '影子运行'),
  yes: words('Yes', '是'),
  no: words('No', '否'),
  otherOption: words('Another value for …', '为其另设…'),
  newGroup: words('Further group', '新增分组'),
  addGroup: words('Add', '添加'),
  removeGroup: words('Remove', '删除分组'),
  withTag: words('Customers with a tag …', '带有标签的客户…'),
  tag: words('Tag', '标签'),
  groupAdded: words('group added', '新增分组'),
  groupRemoved: words('group removed', '删除分组'),
  addRow: words('Add a row', '添加一行'),
  removeRow: words('Remove the row', '删除该行'),
  unit: words('Unit', '单位'),
  days: words('days', '天'),
  hours: words('hours', '小时'),
  minutes: words('minutes', '分钟'),
  seconds: words('seconds', '秒'),
  whole: words('whole number', '整数'),
  needed: words('Fill this in.', '请填写。'),
  outOfRange: words('Out of range', '超出范围'),
  check: words('Check what changes', '核对变更'),
  cancel: words('Cancel', '取消'),
  back: words('Back', '返回'),
  confirm: words('Put in force', '确认生效'),
  willChange: words('You are about to change this:', '即将变更：'),
  nothing: words('Nothing differs from what is in force.', '与当前生效的设置一致，无需变更。'),
  fromNowOn: words(
    'It holds for whatever is judged from now on. Decisions already made do not change.',
    '对此后的判断生效，已作出的决定不变。',
  ),
  reason: words('Reason', '理由'),
  reasonNeeded: words('Say why.', '请说明理由。'),
  reasonHint: words('It is kept with the change, with your name.', '将与变更及您的姓名一并存档。'),
  done: words('In force; it shows here within seconds.', '已生效，数秒内在此显示。'),
  switchOff: words('Switch off', '停用规则'),
  switchOffWhat: words(
    'It is judged no more, from the next transfer on, whatever its settings say. For good, change its settings.',
    '自下一笔起不再执行该规则，不论其设置如何。如需长期停用，请修改设置。',
  ),
  switchOn: words('Switch on', '启用规则'),
  switchOnWhat: words('It is judged again, as its settings say.', '恢复执行该规则，以其设置为准。'),
  switchedOff: words('Switched off', '已停用'),
  switchedOn: words('Switched on again', '已恢复启用'),
  changesUnknown: words(
    'What was changed, and which rules are switched off, cannot be told now.',
    '暂时无法获知变更历史与规则的停用情况。',
  ),
  last: words('Last change', '最近变更'),
  history: words('Changes of this rule', '变更历史'),
  neverChanged: words('Nobody has changed it: it is as it came with Weir.', '从未修改，为出厂设置。'),
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

/** The customers of a group. */
export function groupWords({
  kind,
  tag,
  grade,
}: {
  readonly kind?: string | undefined;
  readonly tag?: string | undefined;
  readonly grade?: string | undefined;
}): Words {
  const named = { kind, tag, grade };
  const parts = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [segmentWords(`${name}:${value}`)],
  );
  return words(parts.map(({ en }) => en).join(', '), parts.map(({ zh }) => zh).join('、'));
}

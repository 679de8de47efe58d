/** What the console says about measures of an emergency: what each does, in whole sentences. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const EMERGENCY = {
  emergency: words('Emergency', '应急'),
  inForce: words('In force now', '当前生效的措施'),
  none: words('No measure is in force.', '当前没有生效的应急措施。'),
  hidden: words(
    'Freezes of single parties are shown to compliance and administrators alone.',
    '对单个当事方的冻结仅向合规与管理员显示。',
  ),
  mayNot: words(
    'Only compliance and administrators may take or undo measures.',
    '仅合规人员与管理员可以采取或撤销应急措施。',
  ),
  take: words('Take a measure', '采取措施'),
  measure: words('Measure', '措施'),
  freeze: words('Freeze a party', '冻结当事方'),
  stop: words('Stop payouts', '暂停出金'),
  tighten: words('Tighten limits', '收紧限额'),
  party: words('Party or account', '客户编号或账号'),
  percent: words('Limits become, % of now', '限额调整为现值的百分比'),
  percentHint: words('A whole number from 0 to 99.', '0 到 99 的整数。'),
  whom: words('For whom', '适用客户'),
  tag: words('Tag', '标签'),
  tagHint: words('Without spaces and colons, 32 characters at most.', '不含空格和冒号，最多 32 个字符。'),
  length: words('For how long', '期限'),
  untilUndone: words('Until undone', '直至撤销'),
  forHour: words('1 hour', '1 小时'),
  for4Hours: words('4 hours', '4 小时'),
  forDay: words('24 hours', '24 小时'),
  for3Days: words('3 days', '3 天'),
  forWeek: words('7 days', '7 天'),
  reason: words('Reason', '理由'),
  reasonHint: words('It is kept with the measure and shown to all who see it.', '随措施存档，并向可查看者显示。'),
  check: words('Check what it does', '核对影响'),
  back: words('Back', '返回'),
  youAreAboutTo: words('You are about to do this:', '您即将执行：'),
  undo: words('Undo', '撤销'),
  undoMeasure: words('Undo a measure', '撤销措施'),
  unfreeze: words('Unfreeze', '解冻'),
  frozen: words('Frozen', '已冻结'),
  since: words('Since', '开始'),
  until: words('Until', '截止'),
  by: words('By', '操作人'),
  accepted: words(
    'Told. It holds for every transfer judged from now on, and shows here within seconds.',
    '已下达，对此后判断的每笔转账生效，数秒内在此显示。',
  ),
  banner: words('Emergency measure in force', '应急措施生效中'),
  andMore: words('and more', '等'),
  reversible: words(
    'What was accepted before stays accepted. Transfers that wait for approval are judged again when they are released. It can be undone at any time.',
    '此前已放行的交易不受影响；待审交易在放行时重新判断；随时可以撤销。',
  ),
} as const satisfies { readonly [name: string]: Words };

/** The customers of a segment, as part of a sentence. */
export function segmentWords(segment: string | undefined): Words {
  if (segment === undefined) return words('all customers', '所有客户');
  const [kind = '', value = ''] = segment.split(':');
  if (kind === 'grade') return words(`customers rated ${value}`, `信用评级为 ${value} 的客户`);
  if (kind === 'tag') return words(`customers with the tag ${value}`, `标签为 ${value} 的客户`);
  return value === 'person' ? words('all persons', '所有个人客户') : words('all organisations', '所有企业客户');
}

export interface MeasureFacts {
  readonly kind: 'freeze' | 'stop-payouts' | 'tighten';
  readonly party?: string | undefined;
  readonly segment?: string | undefined;
  readonly percent?: number | undefined;
}

/** What a measure does. */
export function measureWords({ kind, party = '', segment, percent = 0 }: MeasureFacts): Words {
  const whom = segmentWords(segment);
  if (kind === 'freeze') {
    return words(
      `Every transfer from ${party} and every transfer to ${party} is rejected.`,
      `拒绝 ${party} 的全部转出，以及向 ${party} 的全部转入。`,
    );
  }
  if (kind === 'stop-payouts') {
    return words(`Every outgoing transfer of ${whom.en} is rejected.`, `拒绝${whom.zh}的全部转出。`);
  }
  return words(
    `All limits of ${whom.en} are at ${percent} % of their usual height.`,
    `${whom.zh}的全部限额降至平时的 ${percent}%。`,
  );
}

/** Until when it holds. */
export function untilWords(until: string | null): Words {
  return until === null
    ? words('It holds until somebody undoes it.', '在撤销之前一直有效。')
    : words(`It ends by itself at ${until}.`, `将于 ${until} 自动结束。`);
}

/** What undoing it does. */
export function undoWords(measure: MeasureFacts): Words {
  const whom = segmentWords(measure.segment);
  if (measure.kind === 'freeze') {
    return words(
      `${measure.party} is no longer frozen: its transfers are judged as those of anybody else.`,
      `解除对 ${measure.party} 的冻结：其交易恢复正常判断。`,
    );
  }
  if (measure.kind === 'stop-payouts') {
    return words(`${sentence(whom.en)} may pay out again, as far as rules permit.`, `${whom.zh}恢复出金，按规则判断。`);
  }
  return words(`Limits of ${whom.en} are at their usual height again.`, `${whom.zh}的限额恢复平时水平。`);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

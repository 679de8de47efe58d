/**
 * What is wrong with a field, in Chinese. The schemas speak English; what zod itself says comes from its own locale,
 * but for what people meet every day, and sentences of ours stand in a table beside which a test holds the sources.
 */
import { z } from 'zod';

/** Sentences of our schemas. */
export const SENTENCES: { readonly [en: string]: string } = {
  'must be visible ASCII without spaces': '须为不含空格的 ASCII 可见字符',
  'must hold no control characters': '不得含控制字符',
  'must hold no half of a surrogate pair': '含有不完整的 Unicode 字符',
  'must be an ISO 8601 time with a zone, like 2026-03-01T09:30:00+08:00':
    '须为带时区的 ISO 8601 时间，例如 2026-03-01T09:30:00+08:00',
  'must be a time with zone like 2026-12-31T00:00:00+08:00': '须为带时区的时间，例如 2026-12-31T00:00:00+08:00',
  'must lie between the years 1970 and 2200': '须在 1970 年至 2200 年之间',
  'must be a number like 7.1': '须为数字，例如 7.1',
  'must be a day like 2026-03-01': '须为日期，例如 2026-03-01',
  'must be a duration like 30m, 24h or 31d': '须为大于零的时长，例如 30m、24h 或 31d',
  'must be an IANA time zone like Asia/Shanghai': '须为 IANA 时区，例如 Asia/Shanghai',
  'must be an ISO 4217 currency code like CNY': '须为 ISO 4217 货币代码，例如 CNY',
  'must be like kind:person, tag:merchant or grade:D': '形如 kind:person、tag:merchant 或 grade:D',
  'must be like kind:organisation, tag:merchant or grade:D': '形如 kind:organisation、tag:merchant 或 grade:D',
  'must be the `next` of the page before, as it was given': '须为上一页返回的 next，原样传回',
  'must be 30d at most': '最长为 30d',
  'must be the webhook-id of a message': '须为消息的 webhook-id',
  'must be ids of rules with commas between them': '须为规则编号，以逗号分隔',
  'must name a kind, a tag or a grade': '须注明客户类型、标签或评级',
  'must name either a subject or, under when, the customers': '须注明主体，或在 when 下注明客户，二者取一',
  'must be no less than one': '不得低于一人审批的金额',
  'must be no less than warnPercent': '不得低于预警使用率（warnPercent）',
  'must be no less than amount': '不得低于触发金额（amount）',
  'must name each number of days once, the smallest first': '天数须由小到大，且不得重复',
  'must be an address like https://hooks.example.com/weir': '须为网址，例如 https://hooks.example.com/weir',
  'must begin with https://': '须以 https:// 开头',
  'must hold no user and password': '不得包含用户名和密码',
  'must hold no fragment': '不得包含 # 片段',
  'must begin with https://; http is for hosts in WEIR_WEBHOOK_ALLOW':
    '须以 https:// 开头；仅 WEIR_WEBHOOK_ALLOW 中的主机可用 http',
  'is an address of an internal network, and its host is not in WEIR_WEBHOOK_ALLOW':
    '属于内网地址，且主机不在 WEIR_WEBHOOK_ALLOW 中',
};

const TYPES: { readonly [type: string]: string } = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: '是或否',
  array: '列表',
  object: '对象',
  record: '对象',
};

/** What `issue.message` says in English. */
export function issueInChinese(issue: z.core.$ZodIssue): string {
  const known = SENTENCES[issue.message];
  if (known !== undefined) return known;
  switch (issue.code) {
    case 'custom':
      return typeof issue.params?.zh === 'string' ? issue.params.zh : issue.message;
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? '必填' : `须为${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `须为 ${issue.values.map(String).join('、')}${issue.values.length > 1 ? ' 之一' : ''}`;
    case 'too_small':
      return `${SIZED[issue.origin]?.least ?? (issue.inclusive ? '不得小于 ' : '须大于 ')}${issue.minimum}${SIZED[issue.origin]?.unit ?? ''}`;
    case 'too_big':
      return `${SIZED[issue.origin]?.most ?? (issue.inclusive ? '不得大于 ' : '须小于 ')}${issue.maximum}${SIZED[issue.origin]?.unit ?? ''}`;
    default:
      return said(issue);
  }
}

const { localeError } = z.locales.zhCN();

function said(issue: z.core.$ZodIssue): string {
  const message = localeError(issue as z.core.$ZodRawIssue);
  return typeof message === 'string' ? message : (message?.message ?? issue.message);
}

const SIZED: { readonly [origin: string]: { readonly least: string; readonly most: string; readonly unit: string } } = {
  string: { least: '至少 ', most: '最多 ', unit: ' 个字符' },
  array: { least: '至少 ', most: '最多 ', unit: ' 项' },
};

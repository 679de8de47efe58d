/** Why an event is refused after it was stored, as a closed set of codes with their words. */
export const REFUSALS = {
  undecodable: { en: 'Cannot be decoded', zh: '无法解码' },
  'too-far-ahead': { en: 'Its time lies too far ahead', zh: '时间过于超前' },
  'amount-out-of-range': { en: 'Amount out of range', zh: '金额超出范围' },
  'event-id-reused': { en: 'Event id used again with other content', zh: '事件编号重复但内容不同' },
  'status-impossible': { en: 'Change of status is impossible', zh: '状态变更不被允许' },
  'transfer-unknown': { en: 'Transfer is not known', zh: '交易不存在' },
  'approval-not-held': { en: 'Transfer is not held', zh: '交易并非待审' },
  'approval-outdated': { en: 'Approval names an earlier revision', zh: '审批针对的是旧版本' },
  'approval-by-maker': { en: 'Approved by its maker', zh: '由经办人本人审批' },
  'approval-twice': { en: 'Approved twice by one person', zh: '同一人重复审批' },
  'approval-role': { en: 'Person has no role to approve it', zh: '审批人无相应权限' },
  'settings-invalid': { en: 'Settings are not valid', zh: '规则设置无效' },
  'subject-missing': { en: 'Names no subject', zh: '未注明主体' },
  'book-full': { en: 'Book is full', zh: '台账已满' },
  'alert-unknown': { en: 'Alert is not known', zh: '预警不存在' },
  'alert-outdated': { en: 'Step names an earlier revision', zh: '处置针对的是旧版本' },
  'alert-step': { en: 'Step is not permitted now', zh: '当前不允许此处置' },
  'alert-same-person': { en: 'Second person is the first', zh: '复核人与提交人相同' },
  'alert-role': { en: 'Person has no role for the step', zh: '处置人无相应权限' },
} as const satisfies { readonly [code: string]: { readonly en: string; readonly zh: string } };

export type RefusalCode = keyof typeof REFUSALS;
/** In the order in which the schema of dead letters numbers them: new ones come last. */
export const REFUSAL_CODES = Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]];

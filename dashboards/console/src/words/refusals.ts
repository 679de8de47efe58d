/** Why something was refused, as whoever asked for it needs to hear it. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

/** Why a step or an approval was refused, as who took it needs to hear it. */
export const REFUSAL_WORDS: { readonly [code: string]: Words } = {
  'alert-unknown': words(
    'It is no open alert any more; a later one took its place.',
    '该预警已不存在，或已被后续预警取代。',
  ),
  'alert-outdated': words(
    'It has changed since you looked at it. Look again, then decide.',
    '您查看后该预警已有变化，请重新查看后再处理。',
  ),
  'alert-step': words('Where it stands now, this step cannot follow.', '当前状态下不允许此操作。'),
  'alert-same-person': words(
    'You asked for the report, or share a device or session with who did: somebody else must confirm it.',
    '上报由您提请，或与提请人使用同一设备或会话，须由其他人复核。',
  ),
  'alert-role': words('It is restricted to compliance.', '该预警仅限合规人员处理。'),
  'approval-not-held': words('It is not waiting any more.', '该转账已不在待审状态。'),
  'approval-outdated': words(
    'It has changed since you looked at it. Look again, then decide.',
    '您查看后该转账已有变化，请重新查看后再审批。',
  ),
  'approval-by-maker': words(
    'Maker and checker must be different people: you entered it, or share a device or session with who did; or it needs two people and names no maker.',
    '经办与复核不得为同一人：该转账由您经办，或与经办人使用同一设备或会话；或需两人审批而未注明经办人。',
  ),
  'approval-twice': words('You have approved it already; another person is needed.', '您已批准过，需由另一人审批。'),
  'approval-role': words(
    'It asks for an approver of another department or rank.',
    '该转账须由其他部门或级别的审批人审批。',
  ),
  'event-id-reused': words('This message came before with other content.', '同一消息编号已用于其他内容。'),
};

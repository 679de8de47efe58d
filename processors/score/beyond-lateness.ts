/**
 * The mark of a leg that came beyond lateness: it is judged and reserved, and joins no window. Whoever
 * reads the decision or the alert must know that sums and counts are without it.
 */
import type { Evidence, Reason } from '../../schemas/reason.ts';
import type { Subject } from '../books/subject.ts';
import { APART, BEYOND_LATENESS } from '../features/legs.ts';
import { common, formatEvidence } from '../rules/evidence.ts';
import type { TaskState } from './state.ts';

/** The mark as records carry it: true, or absent. One that stands apart for another cause has none. */
export function markOf(flags: number): true | null {
  return (flags & (BEYOND_LATENESS | APART)) === BEYOND_LATENESS ? true : null;
}

/** What a decision on such a transfer says besides its reasons. */
export function beyondLatenessNote(state: TaskState, subject: Subject, at: number): Reason {
  const behind = duration('behind', subject.history.clock - at);
  const lateness = duration('lateness', state.terms.latenessMs);
  const told = (language: 'en' | 'zh') => [behind, lateness].map((one) => formatEvidence(one, language));
  const [behindEn, latenessEn] = told('en');
  const [behindZh, latenessZh] = told('zh');
  return {
    code: 'data',
    rule: null,
    outcome: 'note',
    en: `Came ${behindEn} after later entries of the payer, beyond the lateness of ${latenessEn}: judged and reserved, but in no window.`,
    zh: `比付款人已有记录晚到 ${behindZh}，超出 ${latenessZh}的迟到容限：已判断并占用额度，但不计入任何时间窗口。`,
    evidence: [behind, lateness],
  };
}

/** What an alert that such a leg brought says besides its evidence. */
export const BEYOND_LATENESS_EVIDENCE: Evidence = common('beyondLateness', {
  text: 'the transfer came beyond lateness and is in no window / 该交易超出迟到容限，不计入任何时间窗口',
});

function duration(name: 'behind' | 'lateness', ms: number): Evidence {
  return common(name, { number: ms, unit: 'ms' });
}

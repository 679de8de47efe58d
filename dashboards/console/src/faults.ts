/** What went wrong, in words for people: the server’s where it has some. */

import type { Language } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { PEOPLE } from './words/people.ts';

export function toldOf(error: Error, language: Language): string {
  if (error instanceof Refusal) return refusalWords(error, language);
  // What fetch throws is of the browser’s own wording.
  return error instanceof TypeError ? PEOPLE.noAnswer[language] : error.message;
}

/** Details that the server has in English alone are left out where Chinese is read: the kind of refusal has its words. */
function refusalWords({ zh, message }: Refusal, language: Language): string {
  if (language !== 'zh' || zh === null || CHINESE.test(message)) return message;
  return zh;
}

const CHINESE = /[\u4e00-\u9fff]/;

/** What went wrong, in words for people: the server’s where it has some. */

import type { Language } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { PEOPLE } from './words/people.ts';

export function toldOf(error: Error, language: Language): string {
  if (error instanceof Refusal) return language === 'zh' && error.zh !== null ? error.zh : error.message;
  // What fetch throws is of the browser’s own wording.
  return error instanceof TypeError ? PEOPLE.noAnswer[language] : error.message;
}

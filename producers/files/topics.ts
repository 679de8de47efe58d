/**
 * What a file may bring. Control changes everybody's judgement, approvals and steps on alerts are the word of the
 * person who calls, and voids are written by tasks alone: none of them comes out of a file.
 */
import { EVENTS } from '../../schemas/journal.ts';
import type { InputTopic as IntakeTopic } from '../intake.ts';

export type InputTopic = Exclude<IntakeTopic, 'control' | 'approvals' | 'alert-actions'>;

export const REFUSED_TOPICS = ['control', 'approvals', 'alert-actions', 'voids'] as const;

export function isImportable(topic: unknown): topic is InputTopic {
  return typeof topic === 'string' && Object.hasOwn(EVENTS, topic) && !REFUSED_TOPICS.some((name) => name === topic);
}

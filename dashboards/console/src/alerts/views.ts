/** Views of alerts that a person keeps under a name, in the browser. */
import { useState } from 'react';
import type { Words } from '../../../panels/words.ts';
import { ALERT_TEXTS } from '../words/alerts.ts';
import { type AlertFilter, filterOf, ME, searchOf, TO_DO } from './filter.ts';

export interface View {
  readonly name: string;
  /** As an address says it. */
  readonly search: string;
}

/** Views that everybody has. */
export const BUILT_IN: readonly { readonly title: Words; readonly filter: AlertFilter }[] = [
  { title: ALERT_TEXTS.todo, filter: TO_DO },
  { title: ALERT_TEXTS.mine, filter: { ...TO_DO, assignee: ME, quiet: 'shown' } },
  { title: ALERT_TEXTS.reporting, filter: { ...TO_DO, status: 'reporting', quiet: 'shown' } },
  { title: ALERT_TEXTS.escalatedView, filter: { ...TO_DO, escalated: 'true' } },
];

const VIEWS_MAX = 50;

export function useViews(person: string) {
  const place = `weir-alert-views:${person}`;
  const [views, setViews] = useState(() => kept(place));
  const keep = (next: readonly View[]) => {
    localStorage.setItem(place, JSON.stringify(next));
    setViews(next);
  };
  return {
    views,
    save: (name: string, filter: AlertFilter) =>
      keep([...views.filter((one) => one.name !== name), { name, search: searchOf(filter) }].slice(-VIEWS_MAX)),
    forget: (name: string) => keep(views.filter((one) => one.name !== name)),
  };
}

function kept(place: string): readonly View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter(isView).map(({ name, search }) => ({ name, search: searchOf(filterOf(search)) }));
  } catch {
    // What somebody else wrote there is no view of this person.
    return [];
  }
}

function isView(found: unknown): found is View {
  const { name, search } = (found ?? {}) as Partial<View>;
  return typeof name === 'string' && typeof search === 'string';
}

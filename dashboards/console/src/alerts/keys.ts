/**
 * Keys that act on a page. They are silent while somebody types, while a dialog or a list is open, and with
 * Ctrl, Alt or Meta, which are the browser’s and the screen reader’s; and whoever cannot use them turns them off.
 */
import { useEffect, useRef, useState } from 'react';

const KEPT = 'weir-keys';
const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]';
const OCCUPIED = '[role=combobox], [role=listbox], [role=menu], [role=dialog]';

export interface KeyActions {
  readonly [key: string]: () => void;
}

export function useKeys(actions: KeyActions, isOn: boolean): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      const action = latest.current[event.key];
      if (action === undefined || !isFree(event)) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}

function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  if (document.querySelector('[role=dialog][aria-modal=true]') !== null) return false;
  return !(event.target instanceof Element && event.target.closest(`${TYPING}, ${OCCUPIED}`) !== null);
}

/** Whether a person wants keys at all. */
export function useKeysWanted(): readonly [boolean, (wanted: boolean) => void] {
  const [wanted, setWanted] = useState(() => localStorage.getItem(KEPT) !== 'off');
  return [
    wanted,
    (next) => {
      localStorage.setItem(KEPT, next ? 'on' : 'off');
      setWanted(next);
    },
  ];
}

/** Rows that keys move among: the focus itself moves, so that whoever listens hears where they are. */
export function moveFocus(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-alert]')];
  if (rows.length === 0) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by));
  const row = rows[next] as HTMLElement;
  row.querySelector<HTMLElement>('[data-opens]')?.focus();
  row.scrollIntoView({ block: 'nearest' });
}

/** The alert whose row has the focus. */
export function focusedAlert(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-alert]')?.dataset.alert ?? null;
}

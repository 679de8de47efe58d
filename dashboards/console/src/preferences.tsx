/** What a person chose: language, light or dark, time zone. Kept in the browser; Chinese comes first. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Words } from '../../panels/words.ts';
import { TEXTS, type Text } from './words.ts';

export type Language = keyof Words;
export type Theme = 'light' | 'dark';

interface Chosen {
  readonly language: Language;
  readonly theme: Theme;
  /** Null: the institution’s. */
  readonly zone: string | null;
}

export interface Preferences extends Chosen {
  choose(change: Partial<Chosen>): void;
  /** A text of the console. */
  say(text: Text): string;
  /** Words that came with data. */
  pick(words: Words): string;
}

const KEPT = 'weir-preferences';
const Context = createContext<Preferences | null>(null);

function kept(): Chosen {
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const first: Chosen = { language: 'zh', theme: dark ? 'dark' : 'light', zone: null };
  try {
    return { ...first, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Chosen>) };
  } catch {
    // What somebody else wrote there is no choice of this person.
    return first;
  }
}

export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setChosen] = useState(kept);
  useEffect(() => {
    localStorage.setItem(KEPT, JSON.stringify(chosen));
    document.documentElement.lang = chosen.language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.style.colorScheme = chosen.theme;
  }, [chosen]);
  const value = useMemo<Preferences>(
    () => ({
      ...chosen,
      choose: (change) => setChosen((before) => ({ ...before, ...change })),
      say: (text) => TEXTS[text][chosen.language],
      pick: (words) => words[chosen.language],
    }),
    [chosen],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (preferences === null) throw new Error('usePreferences outside of PreferencesProvider');
  return preferences;
}

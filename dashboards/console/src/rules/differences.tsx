/** What differs between two settings of a rule, in words. */
import { Typography } from 'antd';
import type { RuleChanges } from '../api.ts';
import { formatNumber } from '../format.ts';
import { type Language, usePreferences } from '../preferences.tsx';
import { groupWords, RULES } from '../words/rules.ts';
import { type Rule, written } from './values.ts';

export type Difference = RuleChanges['items'][number]['changes'][number];

export function Differences({ rule, changes }: { readonly rule: Rule; readonly changes: readonly Difference[] }) {
  const { language } = usePreferences();
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {changes.map((change) => (
        <li key={JSON.stringify(change)}>
          <Typography.Text>{differenceText(rule, change, language)}</Typography.Text>
        </li>
      ))}
    </ul>
  );
}

export function differenceText(rule: Rule, change: Difference, language: Language): string {
  const { what, name, when, before, after } = change;
  const colon = language === 'zh' ? '：' : ': ';
  const whom = when === null ? '' : `${groupWords(when)[language]}${colon}`;
  const said = (word: { readonly [l in Language]: string }) => whom + word[language];
  if (what === 'switch') return said(after === true ? RULES.switchedOn : RULES.switchedOff);
  if (what === 'segment') return said(after === true ? RULES.groupAdded : RULES.groupRemoved);
  const arrow = (one: string, other: string) => `${one} → ${other}`;
  if (what === 'exemptions') {
    const count = (value: unknown) => formatNumber(Number(value), language);
    return `${said(RULES.exemptions)}${colon}${arrow(count(before), count(after))}`;
  }
  if (what === 'option') {
    const option = rule.options.find((one) => one.name === name);
    const value = (one: unknown) => {
      if (one === null) return RULES.asForAll[language];
      return option === undefined ? JSON.stringify(one) : written(one, option, language);
    };
    const label = option === undefined ? (name ?? '') : `${option.meaning[language].replace(/[.。]$/, '')} (${name})`;
    return `${whom}${label}${colon}${arrow(value(before), value(after))}`;
  }
  const state = (one: unknown) => (one === null ? RULES.asForAll : one === true ? RULES.yes : RULES.no)[language];
  return `${said(what === 'shadow' ? RULES.inShadow : RULES.judged)}${colon}${arrow(state(before), state(after))}`;
}

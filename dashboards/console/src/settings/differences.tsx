/** What differs between two general settings, in words; and the amounts of rules that change along with the base currency. */
import { useQuery } from '@tanstack/react-query';
import { Typography } from 'antd';
import { RULES_QUERY } from '../parts/tags.tsx';
import { type Language, usePreferences } from '../preferences.tsx';
import { Differences } from '../rules/differences.tsx';
import { SETTINGS } from '../words/settings.ts';
import type { Changed } from './change.ts';
import { type Setting, settingWritten } from './values.ts';

const SCROLLED = { maxHeight: 240, overflowY: 'auto', marginTop: 8 } as const;

export function SettingDifferences({
  settings,
  changed,
}: {
  readonly settings: readonly Setting[];
  readonly changed: Changed;
}) {
  const { pick, language } = usePreferences();
  const { data: rules } = useQuery(RULES_QUERY);
  return (
    <>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {changed.changes.map((change) => (
          <li key={change.name}>{settingDifference(settings, change, language)}</li>
        ))}
      </ul>
      {changed.rules.length > 0 && (
        // A place that scrolls must be reachable by the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
        <section tabIndex={0} aria-label={pick(SETTINGS.rules)} style={SCROLLED}>
          <Typography.Text strong>{pick(SETTINGS.rules)}</Typography.Text>
          {changed.rules.map(({ rule: id, changes }) => {
            const rule = rules?.items.find((one) => one.id === id);
            return rule === undefined ? null : (
              <div key={id}>
                {pick(rule.title)}
                <Differences rule={rule} changes={changes} />
              </div>
            );
          })}
        </section>
      )}
    </>
  );
}

export function settingDifference(
  settings: readonly Setting[],
  { name, before, after }: Changed['changes'][number],
  language: Language,
): string {
  const setting = settings.find((one) => one.name === name);
  if (setting === undefined) return name;
  const label = setting.meaning[language].replace(/[.。]$/, '');
  const value = (one: unknown) => settingWritten(setting, one, language);
  return `${label}${language === 'zh' ? '：' : ': '}${value(before)} → ${value(after)}`;
}

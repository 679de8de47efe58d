/** What a chart tells, in words. */
import type { PanelData, PanelFacts } from '../api.ts';
import { type Reading, shown } from './options.ts';

/** What a chart tells, for those who do not see it: the question, and the latest or the parts. */
export function summary(facts: PanelFacts, data: PanelData, reading: Reading): string {
  const { language } = reading;
  const colon = language === 'zh' ? '：' : ': ';
  const rows = facts.kind === 'pie' || facts.kind === 'bars' ? data.rows : data.rows.slice(-1);
  const told = rows.map((row) =>
    facts.columns
      .flatMap((column, index) => {
        if (column.kind === 'time') return [];
        const text = shown(row[index] ?? null, column, data, row, facts, reading);
        return [column.kind === 'text' ? text : `${column.title[language]} ${text}`];
      })
      .join(' '),
  );
  return `${facts.title[language]}${colon}${facts.question[language]} ${told.join(language === 'zh' ? '；' : '; ')}`;
}

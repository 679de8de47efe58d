/** The answer of a panel as numbers: long ones are shortened, and told whole where one points at them. */
import { Flex, Statistic, Tooltip, theme } from 'antd';
import type { PanelFacts } from '../api.ts';
import { type AnswerProps, shown, shownShort } from './options.ts';

/** Longer texts do not fit beside each other. */
const LENGTH_MAX = 18;

export function Numbers({ facts, data, reading }: AnswerProps) {
  const { token } = theme.useToken();
  const row = data.rows[0] ?? [];
  const colorOf = (value: number, thresholds: PanelFacts['columns'][number]['thresholds']) => {
    if (thresholds === undefined || value < thresholds.warning) return token.colorText;
    return value < thresholds.critical ? token.colorWarningText : token.colorErrorText;
  };
  return (
    <Flex wrap gap="8px 24px">
      {facts.columns.map((column, index) => {
        const value = row[index] ?? null;
        const whole = shown(value, column, data, row, facts, reading);
        const text = whole.length > LENGTH_MAX ? shownShort(value, column, data, row, facts, reading) : whole;
        const content = { fontSize: 20, overflowWrap: 'anywhere', color: colorOf(Number(value), column.thresholds) };
        return (
          <Tooltip key={column.name} title={text === whole ? null : whole}>
            <div style={{ flex: '1 0 auto', maxWidth: '100%' }}>
              <Statistic
                title={column.title[reading.language]}
                value={text}
                styles={{ content: content as { readonly overflowWrap: 'anywhere' } }}
              />
            </div>
          </Tooltip>
        );
      })}
    </Flex>
  );
}

/** The answer of a panel as a table: a plain one, since the library’s weighs as much as all else on the first page. */
import { Button, theme } from 'antd';
import { type CSSProperties, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { PanelData, PanelFacts } from '../api.ts';
import { useFormats } from '../me.tsx';
import { CodeTag } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { type AnswerProps, shown } from './options.ts';

type Column = PanelFacts['columns'][number];
type Row = PanelData['rows'][number];

const PAGES = { party: 'parties', alert: 'alerts', transfer: 'transfers' } as const;
/** Texts that are whole sentences. */
const LONG = new Set(['reason', 'detail', 'words']);
const ROWS_FIRST = 6;
/** Characters of an id that is kept on one line. */
const ONE_LINE_MAX = 14;

export function Rows(props: AnswerProps) {
  const { facts, data, reading } = props;
  const { say } = usePreferences();
  const { token } = theme.useToken();
  const [isWhole, setWhole] = useState(false);
  const line = `1px solid ${token.colorBorderSecondary}`;
  const rows = isWhole ? data.rows : data.rows.slice(0, ROWS_FIRST);
  return (
    // A place that scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section tabIndex={0} aria-label={facts.title[reading.language]} style={{ overflowX: 'auto' }}>
      <table style={{ width: '100%', borderCollapse: 'collapse', color: token.colorText }}>
        <thead>
          <tr>
            {facts.columns.map((column) => (
              <th key={column.name} scope="col" style={{ ...cellOf(column), borderBottom: line, whiteSpace: 'nowrap' }}>
                {column.title[reading.language]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={JSON.stringify(row)}>
              {facts.columns.map((column, index) => (
                <td key={column.name} style={{ ...cellOf(column), borderBottom: line }}>
                  <Cell {...props} row={row} column={column} index={index} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < data.rows.length && (
        <Button type="link" onClick={() => setWhole(true)}>
          {`${say('more')} (${data.rows.length - rows.length})`}
        </Button>
      )}
    </section>
  );
}

function cellOf({ kind, name, labels }: Column): CSSProperties {
  const isNumber = kind === 'number' || kind === 'money';
  return {
    padding: '8px',
    textAlign: isNumber ? 'right' : 'left',
    verticalAlign: 'top',
    ...(isNumber || kind === 'time'
      ? { whiteSpace: 'nowrap' }
      : // Words stay whole; ids may be longer than there is room for.
        { overflowWrap: labels === undefined ? 'anywhere' : 'break-word', minWidth: LONG.has(name) ? 160 : 72 }),
  };
}

interface CellProps extends AnswerProps {
  readonly row: Row;
  readonly column: Column;
  readonly index: number;
}

function Cell({ facts, data, reading, row, column, index }: CellProps): ReactNode {
  const { say } = usePreferences();
  const { time } = useFormats();
  const value = row[index] ?? null;
  if (column.kind === 'time' && value !== null) return time(String(value), false);
  if (column.labels === 'severity') return <CodeTag set="severity" value={String(value)} />;
  const text = shown(value, column, data, row, facts, reading);
  if (column.link === undefined) return text;
  return (
    <Link
      href={`/${PAGES[column.link]}/${encodeURIComponent(String(value))}`}
      {...(text.length <= ONE_LINE_MAX ? { className: 'one-line' } : {})}
    >
      {column.link === 'alert' ? say('show') : text}
    </Link>
  );
}

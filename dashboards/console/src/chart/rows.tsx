/** The answer of a panel as a table. */
import { Table } from 'antd';
import { Link } from 'wouter';
import type { PanelData } from '../api.ts';
import { useFormats } from '../me.tsx';
import { CodeTag } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { type AnswerProps, shown } from './options.ts';

const PAGES = { party: 'parties', alert: 'alerts', transfer: 'transfers' } as const;
/** Texts that are whole sentences. */
const LONG = new Set(['reason', 'detail', 'words', 'question']);

const WRAPPED = { maxWidth: 280, whiteSpace: 'normal', overflowWrap: 'anywhere' } as const;

export function Rows({ facts, data, reading }: AnswerProps) {
  const { say } = usePreferences();
  const { time } = useFormats();
  return (
    <Table
      size="small"
      rowKey={(row) => JSON.stringify(row)}
      dataSource={data.rows}
      pagination={{ pageSize: 6, hideOnSinglePage: true, showSizeChanger: false, size: 'small' }}
      scroll={{ x: 'max-content' }}
      columns={facts.columns.map((column, index) => ({
        title: column.title[reading.language],
        align: column.kind === 'number' || column.kind === 'money' ? ('right' as const) : ('left' as const),
        render: (_: unknown, row: PanelData['rows'][number]) => {
          const value = row[index] ?? null;
          if (column.kind === 'time' && value !== null)
            return <div style={{ ...WRAPPED, maxWidth: 90, minWidth: 80 }}>{time(String(value), false)}</div>;
          if (column.labels === 'severity') return <CodeTag set="severity" value={String(value)} />;
          const text = shown(value, column, data, row, facts, reading);
          if (column.link !== undefined) {
            return (
              <Link
                style={{ ...WRAPPED, display: 'block', maxWidth: 110 }}
                href={`/${PAGES[column.link]}/${encodeURIComponent(String(value))}`}
              >
                {column.link === 'alert' ? say('show') : text}
              </Link>
            );
          }
          const least = LONG.has(column.name) ? 180 : 0;
          return column.kind === 'text' ? <div style={{ ...WRAPPED, minWidth: least }}>{text}</div> : text;
        },
      }))}
    />
  );
}

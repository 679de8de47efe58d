/** What a party owes: its credit rating with what it rests on, and its invoices. */
import { Card, Descriptions, Table, Tag } from 'antd';
import { labelOf } from '../../../panels/words.ts';
import type { Party } from '../api.ts';
import { formatMoney, formatNumber } from '../format.ts';
import { useFormats, useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { PARTY_TEXTS } from '../words/parties.ts';

/** A rating in its JSON form; the record is declared for Avro first. */
interface Rated {
  readonly at: string;
  readonly grade: string;
  readonly previousGrade: string;
  readonly overdueDaysMax: number;
  readonly overdueMinor: number;
  readonly openMinor: number;
  readonly utilisationPercent: number;
  readonly limitScalePercent: number;
}

const GRADE_COLORS: { readonly [grade: string]: string } = { A: 'green', B: 'blue', C: 'orange', D: 'red' };

export function Rating({ party }: { readonly party: Party }) {
  const { say, pick, language } = usePreferences();
  const { time } = useFormats();
  const { baseCurrency } = useMe();
  const rated = party.rating as Rated | null;
  if (rated === null) return null;
  const base = (minor: number) => formatMoney(minor, baseCurrency, language);
  const number = (value: number) => formatNumber(value, language);
  const items: readonly (readonly [label: string, value: string])[] = [
    [pick(PARTY_TEXTS.gradeBefore), rated.previousGrade],
    [pick(PARTY_TEXTS.since), time(rated.at)],
    [pick(PARTY_TEXTS.overdueDays), number(rated.overdueDaysMax)],
    [pick(PARTY_TEXTS.overdue), base(rated.overdueMinor)],
    [pick(PARTY_TEXTS.unpaid), base(rated.openMinor)],
    [pick(PARTY_TEXTS.utilisation), `${number(rated.utilisationPercent)}%`],
    [pick(PARTY_TEXTS.scale), `${number(rated.limitScalePercent)}%`],
  ];
  return (
    <Card
      size="small"
      title={
        <>
          {say('rating')} <Tag color={GRADE_COLORS[rated.grade] ?? 'default'}>{rated.grade}</Tag>
        </>
      }
      data-part="rating"
    >
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, xl: 4 }}
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
    </Card>
  );
}

export function Invoices({ party }: { readonly party: Party }) {
  const { say, language } = usePreferences();
  const { money } = useFormats();
  return (
    <Card size="small" title={say('invoices')}>
      <Table
        size="small"
        rowKey="invoiceId"
        dataSource={party.invoices}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        columns={[
          { title: say('invoices'), dataIndex: 'invoiceId' },
          { title: say('due'), dataIndex: 'dueOn' },
          { title: say('amount'), align: 'right', render: (_, { amount }) => money(amount) },
          { title: say('owed'), align: 'right', render: (_, { open }) => money(open) },
          {
            title: say('daysOverdue'),
            align: 'right',
            render: (_, { daysOverdue }) => (daysOverdue > 0 ? <Tag color="red">{daysOverdue}</Tag> : '–'),
          },
          { title: say('status'), render: (_, { status }) => labelOf('invoiceStatus', status, language) },
        ]}
      />
    </Card>
  );
}

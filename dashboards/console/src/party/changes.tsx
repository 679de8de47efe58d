/** What changed about a party: its file, its data, its rating, its freezes; who did it, when and why. */
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Tag, Timeline, Typography } from 'antd';
import { useState } from 'react';
import { labelOf } from '../../../panels/words.ts';
import { ask, type PartyChanges } from '../api.ts';
import { countryName, formatMoney, formatNumber } from '../format.ts';
import { useRefreshMs } from '../live.tsx';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { type Language, usePreferences } from '../preferences.tsx';
import { CHANGE_WORDS, FIELD_WORDS, PARTY_TEXTS, PROFILE_STATUS } from '../words/parties.ts';
import { PEOPLE } from '../words/people.ts';

type Change = PartyChanges['items'][number];
type Field = Change['fields'][number];

/** Each reading of personal data is noted: it is not read again every few seconds. */
const REFRESH_MS = 120_000;
const SHOWN_FIRST = 8;
const COLORS: { readonly [what in Change['what']]: string } = {
  file: 'blue',
  profile: 'blue',
  rating: 'orange',
  freeze: 'red',
  unfreeze: 'green',
};

export function Changes({ party }: { readonly party: string }) {
  const { pick } = usePreferences();
  const changes = useQuery({
    queryKey: ['party-changes', party],
    queryFn: () => ask<PartyChanges>(`/v1/parties/${encodeURIComponent(party)}/changes`),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
  return (
    <Card size="small" title={pick(PARTY_TEXTS.changes)} data-part="changes">
      <Loaded query={changes} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => <List items={items} />}
      </Loaded>
    </Card>
  );
}

function List({ items }: { readonly items: readonly Change[] }) {
  const { say } = usePreferences();
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, SHOWN_FIRST);
  return (
    <>
      <Timeline
        style={{ marginTop: 8 }}
        items={shown.map((change) => ({
          key: JSON.stringify(change),
          color: COLORS[change.what],
          content: <Entry change={change} />,
        }))}
      />
      {shown.length < items.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          {say('more')} ({items.length - shown.length})
        </Button>
      )}
    </>
  );
}

function Entry({ change }: { readonly change: Change }) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  const { what, at, by, reason, status, until, fields } = change;
  const head = [time(at), by === null ? null : `${pick(PARTY_TEXTS.by)} ${by}`].filter((one) => one !== null);
  const state = status === null ? undefined : PROFILE_STATUS[status];
  return (
    <>
      <strong>{pick(CHANGE_WORDS[what])}</strong> {state !== undefined && <Tag>{pick(state)}</Tag>}{' '}
      <Typography.Text type="secondary">{head.join(' · ')}</Typography.Text>
      {fields.map((field) => (
        <div key={field.field} style={{ overflowWrap: 'anywhere' }}>
          {fieldText(field, language)}
        </div>
      ))}
      {until !== null && <div>{`${pick(PARTY_TEXTS.until)} ${time(until)}`}</div>}
      {reason !== null && <div style={{ overflowWrap: 'anywhere' }}>{reason}</div>}
    </>
  );
}

function fieldText({ field, before, after, hidden }: Field, language: Language): string {
  const label = FIELD_WORDS[field]?.[language] ?? field;
  const colon = language === 'zh' ? '：' : ': ';
  if (hidden) return `${label}${colon}${PEOPLE.masked[language]}`;
  const value = (one: unknown) => valueText(field, one, language);
  if (before === null || before === undefined) return `${label}${colon}${value(after)}`;
  return `${label}${colon}${value(before)} → ${value(after)}`;
}

function valueText(field: string, value: unknown, language: Language): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ');
  if (field === 'kind') return labelOf('customerKind', String(value), language);
  if (field === 'country') return countryName(String(value), language);
  if (field === 'limitScalePercent') return `${formatNumber(Number(value), language)}%`;
  if (typeof value === 'number') return formatNumber(value, language);
  const { minor, currency } = value as { readonly minor?: number; readonly currency?: string };
  return minor === undefined || currency === undefined ? String(value) : formatMoney(minor, currency, language);
}

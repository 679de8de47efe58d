/** Money of a party over time, by currency and day of the chosen zone, with its alerts. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Card, Flex, Segmented, Typography } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { ask, type PartyFlow, query } from '../api.ts';
import { useRefreshMs } from '../live.tsx';
import { useFormats, useMe } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { CodeTag, useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { PARTY_TEXTS } from '../words/parties.ts';
import { currenciesOf, flowOption, flowSummary } from './flow-option.ts';

const Lines = lazy(() => import('../chart/echart.tsx').then(({ EChart: chart }) => ({ default: chart })));

const REFRESH_MS = 30_000;
const HEIGHT = 280;
const RANGES = [
  [7, PARTY_TEXTS.week],
  [30, PARTY_TEXTS.month],
  [90, PARTY_TEXTS.quarter],
] as const;
const ALERTS_SHOWN = 12;

export function Flow({ party }: { readonly party: string }) {
  const { pick } = usePreferences();
  const { zone } = useFormats();
  const [days, setDays] = useState<number>(30);
  const flow = useQuery({
    queryKey: ['party-flow', party, days, zone],
    queryFn: () => ask<PartyFlow>(`/v1/parties/${encodeURIComponent(party)}/flow${query({ days, zone })}`),
    refetchInterval: useRefreshMs(REFRESH_MS),
    placeholderData: keepPreviousData,
  });
  const range = (
    <Segmented
      aria-label={pick(PARTY_TEXTS.range)}
      value={days}
      options={RANGES.map(([value, word]) => ({ value, label: pick(word) }))}
      onChange={setDays}
    />
  );
  return (
    <Card size="small" title={pick(PARTY_TEXTS.flow)} extra={range} data-part="flow">
      <Loaded query={flow} isEmpty={(found) => found.days.length === 0 && found.alerts.length === 0}>
        {(found) => <Shown flow={found} />}
      </Loaded>
    </Card>
  );
}

function Shown({ flow }: { readonly flow: PartyFlow }) {
  const { pick, language, theme } = usePreferences();
  const { baseCurrency } = useMe();
  const currencies = useMemo(() => currenciesOf(flow), [flow]);
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen !== null && currencies.includes(chosen) ? chosen : (currencies[0] ?? baseCurrency);
  const option = useMemo(() => flowOption(flow, currency, language), [flow, currency, language]);
  return (
    <>
      <Flex gap={8} wrap align="center" justify="space-between">
        <Typography.Text type="secondary">{flowSummary(flow, currency, language)}</Typography.Text>
        {currencies.length > 1 && (
          <Segmented
            aria-label={pick(PARTY_TEXTS.currency)}
            size="small"
            value={currency}
            options={currencies}
            onChange={setChosen}
          />
        )}
      </Flex>
      <Suspense fallback={<div style={{ height: HEIGHT }} />}>
        <Lines
          option={option}
          dark={theme === 'dark'}
          label={`${pick(PARTY_TEXTS.flow)} ${flowSummary(flow, currency, language)}`}
          height={HEIGHT}
        />
      </Suspense>
      <Marked flow={flow} />
    </>
  );
}

/** The alerts that the chart marks, to be opened. */
function Marked({ flow }: { readonly flow: PartyFlow }) {
  const titleOf = useRuleTitle();
  return (
    <Flex gap="4px 12px" wrap style={{ marginTop: 8 }}>
      {flow.alerts.slice(0, ALERTS_SHOWN).map(({ id, date, rule, severity }) => (
        <span key={id}>
          <CodeTag set="severity" value={severity} />{' '}
          <Link href={`/alerts/${encodeURIComponent(id)}`}>{`${date} ${titleOf(rule)}`}</Link>
        </span>
      ))}
      {flow.alerts.length > ALERTS_SHOWN && <span>{`+${flow.alerts.length - ALERTS_SHOWN}`}</span>}
    </Flex>
  );
}

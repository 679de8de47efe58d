/** What is going on: decisions, alerts, money, approvals, and whether Weir keeps up. */
import { Col, Row, Segmented } from 'antd';
import { useState } from 'react';
import { PanelCard } from '../chart/panel-card.tsx';
import { Page } from '../parts/page.tsx';
import { usePreferences } from '../preferences.tsx';
import type { Text } from '../words.ts';

const HOUR_MS = 3_600_000;

const RANGES: readonly (readonly [text: Text, ms: number])[] = [
  ['hour', HOUR_MS],
  ['day', 24 * HOUR_MS],
  ['week', 168 * HOUR_MS],
  ['month', 720 * HOUR_MS],
  ['quarter', 2_160 * HOUR_MS],
];

/** Panels with their width of 24 on a wide screen. */
const PANELS: readonly (readonly [id: string, width: number])[] = [
  ['decisions-total', 9],
  ['holds-waiting', 9],
  ['freshness', 6],
  ['decisions-by-outcome', 12],
  ['amount-by-outcome', 12],
  ['alerts-by-severity', 10],
  ['open-alerts', 6],
  ['stopped-by-rule', 8],
  ['latest-alerts', 24],
  ['alerts-by-rule', 12],
  ['decisions-by-hour', 12],
  ['decision-latency', 12],
  ['throughput', 12],
  ['receivables-total', 24],
];

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Overview() {
  const { say } = usePreferences();
  const [rangeMs, setRangeMs] = useState(24 * HOUR_MS);
  const choice = (
    <Segmented
      aria-label={say('range')}
      value={rangeMs}
      onChange={setRangeMs}
      options={RANGES.map(([text, ms]) => ({ value: ms, label: say(text) }))}
    />
  );
  return (
    <Page title={say('overview')} extra={choice}>
      <Row gutter={[12, 12]}>
        {PANELS.map(([id, width]) => (
          <Col key={id} xs={24} xl={width} md={width <= 8 ? 12 : 24}>
            <PanelCard id={id} rangeMs={rangeMs} />
          </Col>
        ))}
      </Row>
    </Page>
  );
}

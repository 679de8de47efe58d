/** Measures of an emergency (应急): those in force, taking one, undoing one. */
import { Alert, Button, Card, Col, Flex, Grid, Row, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useFormats, useMay } from '../me.tsx';
import { type Measure, useMeasures } from '../measures.ts';
import { Loaded } from '../parts/loaded.tsx';
import { MeasureDialog } from '../parts/measure-dialog.tsx';
import { MeasureForm } from '../parts/measure-form.tsx';
import { Page } from '../parts/page.tsx';
import { usePreferences } from '../preferences.tsx';
import { EMERGENCY, measureWords, undoWords } from '../words/emergency.ts';

const TITLES = { freeze: EMERGENCY.frozen, 'stop-payouts': EMERGENCY.stop, tighten: EMERGENCY.tighten } as const;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Emergency() {
  const { pick } = usePreferences();
  const { takeMeasures } = useMay();
  const measures = useMeasures();
  const [undoing, setUndoing] = useState<Measure | null>(null);
  return (
    <Page title={pick(EMERGENCY.emergency)}>
      <Row gutter={[12, 12]}>
        <Col span={24}>
          <Card size="small" title={pick(EMERGENCY.inForce)}>
            {!takeMeasures && (
              <Alert type="info" showIcon title={pick(EMERGENCY.hidden)} style={{ marginBottom: 12 }} />
            )}
            <Loaded query={measures}>
              {({ items }) =>
                items.length === 0 ? (
                  <Tag color="green">{pick(EMERGENCY.none)}</Tag>
                ) : (
                  <InForce measures={items} onUndo={takeMeasures ? setUndoing : null} />
                )
              }
            </Loaded>
          </Card>
        </Col>
        <Col xs={24} xl={12}>
          <Card size="small" title={pick(EMERGENCY.take)}>
            {takeMeasures ? <MeasureForm /> : pick(EMERGENCY.mayNot)}
          </Card>
        </Col>
      </Row>
      {undoing !== null && (
        <MeasureDialog
          order={{ kind: 'undo', measure: undoing.measure }}
          action={EMERGENCY.undoMeasure}
          effects={[undoWords(undoing)]}
          onClosed={() => setUndoing(null)}
        />
      )}
    </Page>
  );
}

interface InForceProps {
  readonly measures: readonly Measure[];
  readonly onUndo: ((measure: Measure) => void) | null;
}

function InForce({ measures, onUndo }: InForceProps) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const isWide = Grid.useBreakpoint().md === true;
  const undo = {
    title: pick(EMERGENCY.undo),
    render: (_: unknown, measure: Measure) => (
      <Button size="small" onClick={() => onUndo?.(measure)}>
        {pick(EMERGENCY.undo)}
      </Button>
    ),
  };
  return (
    <Table<Measure>
      size="small"
      rowKey="measure"
      dataSource={[...measures]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      {...(isWide ? { scroll: { x: 820 } } : { showHeader: false })}
      columns={
        !isWide
          ? [{ render: (_, measure) => <OnPhone measure={measure} onUndo={onUndo} /> }]
          : [
              {
                title: pick(EMERGENCY.measure),
                render: (_, measure) => (
                  <div style={{ minWidth: 220 }}>
                    <Tag color="red">{pick(TITLES[measure.kind])}</Tag> {pick(measureWords(measure))}
                  </div>
                ),
              },
              { title: pick(EMERGENCY.since), className: 'one-line', render: (_, { at }) => time(at, false) },
              {
                title: pick(EMERGENCY.until),
                className: 'one-line',
                render: (_, { until }) => (until === undefined ? pick(EMERGENCY.untilUndone) : time(until, false)),
              },
              { title: pick(EMERGENCY.by), render: (_, { by }) => by ?? '–' },
              {
                title: pick(EMERGENCY.reason),
                render: (_, { reason }) => (
                  <div style={{ minWidth: 120, overflowWrap: 'anywhere' }}>{reason ?? '–'}</div>
                ),
              },
              ...(onUndo === null ? [] : [undo]),
            ]
      }
    />
  );
}

/** The same for a phone: what is in force, and above all how it is undone. */
function OnPhone({ measure, onUndo }: Pick<InForceProps, 'onUndo'> & { readonly measure: Measure }) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const { kind, at, until, by, reason } = measure;
  const end = until === undefined ? pick(EMERGENCY.untilUndone) : `${pick(EMERGENCY.until)} ${time(until, false)}`;
  return (
    <Flex vertical gap={4} align="start">
      <div>
        <Tag color="red">{pick(TITLES[kind])}</Tag> {pick(measureWords(measure))}
      </div>
      <Typography.Text type="secondary">{[time(at, false), by, end].filter(Boolean).join(' · ')}</Typography.Text>
      {reason !== undefined && <div style={{ overflowWrap: 'anywhere' }}>{reason}</div>}
      {onUndo !== null && (
        <Button size="small" onClick={() => onUndo(measure)}>
          {pick(EMERGENCY.undo)}
        </Button>
      )}
    </Flex>
  );
}

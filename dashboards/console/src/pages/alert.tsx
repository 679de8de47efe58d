/** An alert: why in words and numbers, what was done with it and what may be, and the money behind it. */
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Descriptions, Flex, Row, Typography } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { ACTION_KEYS, ActionButtons, stepKeys, useAlertActions } from '../alerts/actions.tsx';
import { KeyHelp } from '../alerts/key-help.tsx';
import { useKeys, useKeysWanted } from '../alerts/keys.ts';
import { OtherAlerts } from '../alerts/others.tsx';
import { askedForReportBy, Standing } from '../alerts/standing.tsx';
import { AlertTimeline } from '../alerts/time-line.tsx';
import { type AlertDetail, ask } from '../api.ts';
import { partyGraph } from '../chart/party-graph.ts';
import { formatDuration, formatMoney, formatNumber } from '../format.ts';
import { useFormats, useMay, useMe } from '../me.tsx';
import { Legs } from '../parts/legs.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MaskedNote } from '../parts/masked.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag, PartyLink, RuleName, useEvidenceWords } from '../parts/tags.tsx';
import { type Language, usePreferences } from '../preferences.tsx';
import { ACTION_WORDS, ALERT_TEXTS } from '../words/alerts.ts';

const PartyChart = lazy(() => import('../chart/graph.tsx').then(({ Graph: chart }) => ({ default: chart })));

const REFRESH_MS = 15_000;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function AlertPage({ id }: { readonly id: string }) {
  const { say } = usePreferences();
  const alert = useQuery({
    queryKey: ['alert', id],
    queryFn: () => ask<AlertDetail>(`/v1/alerts/${encodeURIComponent(id)}`),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={say('alert')} extra={alert.data !== undefined && <Steps alert={alert.data} />}>
      <MaskedNote />
      <Loaded query={alert}>{(loaded) => <Detail alert={loaded} />}</Loaded>
    </Page>
  );
}

/** What this person may do with it now. */
function Steps({ alert }: { readonly alert: AlertDetail }) {
  const { actOnAlerts } = useMay();
  const { name } = useMe();
  const actions = useAlertActions(() => undefined);
  const [isOn, setOn] = useKeysWanted();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const mayConfirm = askedForReportBy(alert) !== name;
  const keys = stepKeys(actions, () => [alert]);
  useKeys(mayConfirm ? keys : { ...keys, [ACTION_KEYS.close]: () => undefined }, isOn && actOnAlerts);
  useKeys({ '?': () => setHelpOpen(true) }, true);
  if (!actOnAlerts) return null;
  const closing = alert.status === 'reporting' ? ALERT_TEXTS.confirmReport : ACTION_WORDS.close;
  return (
    <Flex gap={8} wrap>
      <ActionButtons actions={actions} alerts={[alert]} closing={mayConfirm ? closing : null} />
      <KeyHelp {...{ isOpen: isHelpOpen, onOpen: setHelpOpen, isOn, onSwitched: setOn }} hasList={false} hasSteps />
      {actions.dialog}
    </Flex>
  );
}

function Detail({ alert }: { readonly alert: AlertDetail }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  return (
    <Row gutter={[12, 12]}>
      <Standing alert={alert} />
      <Col xs={24} xl={14}>
        <Card
          size="small"
          title={
            <Flex gap={8} wrap>
              <RuleName id={alert.rule} />
              <CodeTag set="severity" value={alert.severity} />
              <CodeTag set="alertStatus" value={alert.status} />
            </Flex>
          }
        >
          <Typography.Paragraph style={{ fontSize: 16 }}>{pick(alert.reason)}</Typography.Paragraph>
          <Descriptions size="small" column={{ xs: 1, sm: 2 }} bordered>
            <Descriptions.Item label={say('subject')}>
              {alert.subjectKind === 'party' ? <PartyLink id={alert.subject} /> : alert.subject}
            </Descriptions.Item>
            <Descriptions.Item label={say('hits')}>{alert.occurrences}</Descriptions.Item>
            <Descriptions.Item label={say('time')}>{time(alert.at)}</Descriptions.Item>
            <Descriptions.Item label={pick(ALERT_TEXTS.assignee)}>
              {alert.assignee ?? pick(ALERT_TEXTS.nobody)}
            </Descriptions.Item>
            <Descriptions.Item label={say('family')}>
              <CodeTag set="family" value={alert.family} />
            </Descriptions.Item>
          </Descriptions>
          <Typography.Title level={2} style={{ fontSize: 15 }}>
            {say('evidence')}
          </Typography.Title>
          <Evidence alert={alert} />
        </Card>
      </Col>
      <Col xs={24} xl={10}>
        <Card size="small" title={say('timeline')} style={{ height: '100%' }}>
          <AlertTimeline alert={alert} />
        </Card>
      </Col>
      <Col span={24}>
        <Graph alert={alert} />
      </Col>
      <Col span={24}>
        <Card size="small" title={say('legs')}>
          <Legs legs={alert.legs} />
        </Card>
      </Col>
      <Col span={24}>
        <OtherAlerts alert={alert} />
      </Col>
    </Row>
  );
}

function Evidence({ alert }: { readonly alert: AlertDetail }) {
  const { language } = usePreferences();
  const wordsOf = useEvidenceWords(alert.rule);
  return (
    <Descriptions size="small" column={{ xs: 1, sm: 2 }}>
      {alert.evidence.map(({ name, number, text, unit }) => (
        <Descriptions.Item key={name} label={wordsOf(name).label}>
          {wordsOf(name).value(text ?? String(number)) ??
            text ??
            (number === undefined ? '–' : measured(number, unit, language))}
        </Descriptions.Item>
      ))}
    </Descriptions>
  );
}

function measured(value: number, unit: string | undefined, language: Language): string {
  if (unit === undefined || unit === 'count') return formatNumber(value, language);
  if (unit === 'ms') return formatDuration(value, language);
  if (unit === 'percent') return `${formatNumber(value, language, 1)}%`;
  if (unit === 'days') return formatDuration(value * 86_400_000, language);
  return /^[A-Z]{3}$/.test(unit) ? formatMoney(value, unit, language) : `${formatNumber(value, language)} ${unit}`;
}

function Graph({ alert }: { readonly alert: AlertDetail }) {
  const { say, theme, language } = usePreferences();
  const [, go] = useLocation();
  const option = useMemo(() => partyGraph(alert.legs, alert.subject, language), [alert, language]);
  if (alert.legs.length === 0) return null;
  return (
    <Card size="small" title={say('graph')}>
      <Suspense fallback={<div style={{ height: 320 }} />}>
        <PartyChart
          option={option}
          dark={theme === 'dark'}
          label={say('graph')}
          height={320}
          onClick={(name) => name !== '' && !name.includes('→') && go(`/parties/${encodeURIComponent(name)}`)}
        />
      </Suspense>
    </Card>
  );
}

/** Where an alert stands, said above it: who may know, what quiets it, who must confirm its report and by when. */
import { Col, Flex, Alert as Note } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AlertDetail } from '../api.ts';
import { useFormats, useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { ALERT_TEXTS, RESOLUTION_WORDS } from '../words/alerts.ts';

export function Standing({ alert }: { readonly alert: AlertDetail }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  const { restricted, quietedBy, snoozedUntil, status, resolution, closedFor, reportBy } = alert;
  const notes: ReactNode[] = [];
  if (restricted) notes.push(<Note key="restricted" type="warning" showIcon title={say('restricted')} />);
  if (quietedBy !== undefined) {
    const link = <Link href={`/alerts/${encodeURIComponent(quietedBy)}`}>{pick(ALERT_TEXTS.quietOpen)}</Link>;
    notes.push(<Note key="quiet" type="info" showIcon title={pick(ALERT_TEXTS.quietBy)} description={link} />);
  }
  if (status === 'reporting') notes.push(<Reporting key="reporting" alert={alert} />);
  if (snoozedUntil !== undefined) {
    const until = `${pick(ALERT_TEXTS.snoozedUntil)} ${time(snoozedUntil, false)}`;
    notes.push(<Note key="snoozed" type="info" showIcon title={until} />);
  }
  if (status === 'closed' && resolution !== undefined) {
    const title = `${pick(ALERT_TEXTS.closedAs)} ${pick(RESOLUTION_WORDS[resolution])}`;
    const due = reportBy === undefined ? null : `${pick(ALERT_TEXTS.reportDue)} ${time(reportBy, false)}`;
    const why = [closedFor, due].filter((one) => typeof one === 'string');
    notes.push(<Note key="closed" type="success" showIcon title={title} description={why.join(' · ')} />);
  }
  if (notes.length === 0) return null;
  return (
    <Col span={24}>
      <Flex vertical gap={8}>
        {notes}
      </Flex>
    </Col>
  );
}

function Reporting({ alert }: { readonly alert: AlertDetail }) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const { name } = useMe();
  const { reportBy } = alert;
  const asked = askedForReportBy(alert);
  const due = reportBy === undefined ? '' : `${pick(ALERT_TEXTS.reportDue)} ${time(reportBy, false)}`;
  const who = asked === null ? '' : `${pick(ALERT_TEXTS.reportAskedBy)} ${asked}`;
  const title = [due, who].filter((one) => one !== '').join(' · ');
  if (asked !== name) return <Note type="warning" showIcon title={title} />;
  return <Note type="warning" showIcon title={title} description={pick(ALERT_TEXTS.secondPerson)} />;
}

/** Whoever asked for the report that is to be confirmed; null where there is none. */
export function askedForReportBy(alert: AlertDetail): string | null {
  if (alert.status !== 'reporting') return null;
  return [alert, ...alert.revisions].find(({ step }) => step === 'report')?.by ?? null;
}

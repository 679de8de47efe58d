/** Alerts as a table, on a phone as cards; with a choice among them for whoever may act on them. */
import { Card, Checkbox, Flex, Grid, Table, Tag, Typography } from 'antd';
import type { CSSProperties } from 'react';
import { Link } from 'wouter';
import type { Alert } from '../api.ts';
import { formatNumber } from '../format.ts';
import { useFormats } from '../me.tsx';
import { CodeTag, PartyLink, useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { ALERT_TEXTS } from '../words/alerts.ts';
import './alerts.css';

/** Characters that a column has room for. */
const ONE_LINE_MAX = 14;

/** Which alerts are chosen, and how that changes. */
export interface Choice {
  readonly chosen: ReadonlyMap<string, Alert>;
  readonly choose: (alerts: readonly Alert[]) => void;
}

export interface AlertTableProps {
  readonly alerts: readonly Alert[];
  readonly choice?: Choice | undefined;
}

export function AlertTable({ alerts, choice }: AlertTableProps) {
  const { say, pick, language } = usePreferences();
  const { time } = useFormats();
  const titleOf = useRuleTitle();
  if (Grid.useBreakpoint().md !== true) return <AlertCards alerts={alerts} choice={choice} />;
  const selection = choice === undefined ? {} : { rowSelection: selectionOf(choice, pick(ALERT_TEXTS.select)) };
  return (
    <Table<Alert>
      size="small"
      rowKey="id"
      dataSource={[...alerts]}
      pagination={false}
      // Narrower than this it scrolls; wider, reasons have the room that others leave.
      scroll={{ x: 800 }}
      {...selection}
      onRow={({ id }) => ({ 'data-alert': id }) as object}
      columns={[
        {
          title: say('severity'),
          className: 'one-line',
          render: (_, { severity }) => <CodeTag set="severity" value={severity} />,
        },
        {
          title: say('rule'),
          render: (_, { id, rule }) => (
            <Link href={`/alerts/${encodeURIComponent(id)}`} data-opens="" {...kept(titleOf(rule))}>
              {titleOf(rule)}
            </Link>
          ),
        },
        {
          title: say('subject'),
          render: (_, { subject, subjectKind }) => (
            <div {...kept(subject)}>{subjectKind === 'party' ? <PartyLink id={subject} /> : subject}</div>
          ),
        },
        {
          title: say('reason'),
          render: (_, alert) => (
            <div style={{ minWidth: 200 }}>
              {pick(alert.reason)} <Marks alert={alert} />
            </div>
          ),
        },
        {
          title: say('hits'),
          align: 'right',
          className: 'one-line',
          render: (_, { occurrences }) => formatNumber(occurrences, language),
        },
        {
          title: say('status'),
          className: 'one-line',
          render: (_, { status }) => <CodeTag set="alertStatus" value={status} />,
        },
        { title: pick(ALERT_TEXTS.assignee), render: (_, { assignee }) => assignee ?? '–' },
        { title: say('time'), className: 'one-line', render: (_, { at }) => time(at, false) },
      ]}
    />
  );
}

/** What is short stays on one line; the rest breaks wherever it must. */
function kept(text: string): { readonly className?: string; readonly style?: CSSProperties } {
  return text.length <= ONE_LINE_MAX
    ? { className: 'one-line' }
    : { style: { overflowWrap: 'anywhere', minWidth: 120 } };
}

function selectionOf({ chosen, choose }: Choice, select: string) {
  return {
    selectedRowKeys: [...chosen.keys()],
    preserveSelectedRowKeys: true,
    onChange: (_: unknown, rows: readonly (Alert | undefined)[]) => choose(rows.filter((row) => row !== undefined)),
    getCheckboxProps: ({ id }: Alert) => ({ 'aria-label': `${select} ${id}` }),
  };
}

/** What else is to be known of an alert at a glance. */
export function Marks({ alert }: { readonly alert: Alert }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  const { restricted, late, quietedBy, escalation = 0, snoozedUntil, reportBy, status } = alert;
  return (
    <>
      {restricted && <Tag color="purple">{say('restricted').split(/[:：]/)[0]}</Tag>}
      {late && <Tag>{say('late')}</Tag>}
      {quietedBy !== undefined && <Tag>{pick(ALERT_TEXTS.quietTag)}</Tag>}
      {escalation > 0 && (
        <Tag color="red">{pick(escalation >= 3 ? ALERT_TEXTS.reportLate : ALERT_TEXTS.escalated)}</Tag>
      )}
      {snoozedUntil !== undefined && (
        <Tag>
          {pick(ALERT_TEXTS.snoozedUntil)} {time(snoozedUntil, false)}
        </Tag>
      )}
      {status === 'reporting' && reportBy !== undefined && (
        <Tag color="volcano">
          {pick(ALERT_TEXTS.reportDue)} {time(reportBy, false)}
        </Tag>
      )}
    </>
  );
}

/** The same for a phone, whose screen has no room for columns. */
function AlertCards({ alerts, choice }: AlertTableProps) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const titleOf = useRuleTitle();
  return (
    <Flex vertical gap={8}>
      {alerts.map((alert) => {
        const { id, rule, severity, status, subject, reason, at, assignee } = alert;
        return (
          <Card key={id} size="small" data-alert={id}>
            <Flex gap={8} align="center" wrap>
              {choice !== undefined && (
                <Checkbox
                  aria-label={`${pick(ALERT_TEXTS.select)} ${id}`}
                  checked={choice.chosen.has(id)}
                  onChange={() => choice.choose(toggled(choice.chosen, alert))}
                />
              )}
              <CodeTag set="severity" value={severity} />
              <Link href={`/alerts/${encodeURIComponent(id)}`} data-opens="">
                {titleOf(rule)}
              </Link>
              <CodeTag set="alertStatus" value={status} />
            </Flex>
            <div>{pick(reason)}</div>
            <Flex gap={4} wrap>
              <Marks alert={alert} />
            </Flex>
            <Typography.Text type="secondary">
              {subject} · {time(at, false)}
              {assignee !== undefined && ` · ${assignee}`}
            </Typography.Text>
          </Card>
        );
      })}
    </Flex>
  );
}

/** The chosen ones, with this alert or without it. */
export function toggled(chosen: ReadonlyMap<string, Alert>, alert: Alert): readonly Alert[] {
  const others = [...chosen.values()].filter(({ id }) => id !== alert.id);
  return chosen.has(alert.id) ? others : [...others, alert];
}

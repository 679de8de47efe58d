/** How an alert came about and what was done with it: each hit and each step, with who and when, the latest first. */
import { Button, Timeline, Typography } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AlertDetail } from '../api.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { ALERT_TEXTS, RESOLUTION_WORDS, STEP_WORDS } from '../words/alerts.ts';

type Revision = AlertDetail['revisions'][number];

const SHOWN_FIRST = 12;

export function AlertTimeline({ alert }: { readonly alert: AlertDetail }) {
  const { say } = usePreferences();
  const [isWhole, setWhole] = useState(false);
  const revisions = [alert, ...alert.revisions];
  const shown = isWhole ? revisions : revisions.slice(0, SHOWN_FIRST);
  return (
    <>
      <Timeline
        items={shown.map((one) => ({
          key: one.revision,
          color: isHit(one) ? 'red' : 'blue',
          content: <Entry revision={one} />,
        }))}
      />
      {shown.length < revisions.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          {say('more')} ({revisions.length - shown.length})
        </Button>
      )}
    </>
  );
}

function isHit({ step, by }: Revision): boolean {
  return step === undefined || step === 'hit' || (step === 'reopen' && by === undefined);
}

function Entry({ revision }: { readonly revision: Revision }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  const { step = 'hit', by, at, stepAt, assignee, resolution, closedFor, note, snoozedUntil, quietedBy } = revision;
  const hit = isHit(revision);
  const details = [
    step === 'assign' && assignee !== undefined ? `${pick(ALERT_TEXTS.to)} ${assignee}` : null,
    step === 'close' && resolution !== undefined ? pick(RESOLUTION_WORDS[resolution]) : null,
    step === 'close' || step === 'report' ? closedFor : null,
    step === 'snooze' && snoozedUntil !== undefined ? `${pick(ALERT_TEXTS.until)} ${time(snoozedUntil, false)}` : null,
    hit ? pick(revision.reason) : null,
    note,
  ].filter((one): one is string => typeof one === 'string' && one !== '');
  return (
    <>
      <Typography.Text type="secondary">{time(hit ? at : (stepAt ?? at))}</Typography.Text>
      <div>
        <strong>{pick(STEP_WORDS[step])}</strong>
        {!hit && ` · ${say('by')} ${by ?? pick(ALERT_TEXTS.system)}`}
      </div>
      {step === 'quiet' && quietedBy !== undefined && (
        <Link href={`/alerts/${encodeURIComponent(quietedBy)}`}>{pick(ALERT_TEXTS.quietOpen)}</Link>
      )}
      {details.map((detail) => (
        <div key={detail} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {detail}
        </div>
      ))}
    </>
  );
}

/** Whether what is shown is live, as a dot and a word. */
import { Badge, Tooltip } from 'antd';
import { useLive } from '../live.tsx';
import { usePreferences } from '../preferences.tsx';
import { LIVE } from '../words/live.ts';

const DOTS = { live: 'success', reconnecting: 'processing', stale: 'warning' } as const;

export function LiveMark() {
  const { pick } = usePreferences();
  const state = useLive();
  return (
    <Tooltip title={pick(LIVE[`${state}Why`])}>
      <span role="status" data-live={state} style={{ padding: '0 8px', whiteSpace: 'nowrap' }}>
        <Badge status={DOTS[state]} text={pick(LIVE[state])} />
      </span>
    </Tooltip>
  );
}

/** How a rule came to be as it is: the last changes, each with who made it, when and why. */
import { Flex, Timeline, Typography } from 'antd';
import type { RuleChanges } from '../api.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';
import { Differences } from './differences.tsx';
import type { Rule } from './values.ts';

type Change = RuleChanges['items'][number];

export function RuleHistory({ rule, changes }: { readonly rule: Rule; readonly changes: readonly Change[] }) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  if (changes.length === 0) return <Typography.Text type="secondary">{pick(RULES.neverChanged)}</Typography.Text>;
  return (
    <Timeline
      style={{ marginTop: 8 }}
      items={changes.map((change) => ({
        key: `${change.at} ${change.by}`,
        content: (
          <Flex vertical>
            <Typography.Text type="secondary">{`${time(change.at)} · ${change.by}`}</Typography.Text>
            <Differences rule={rule} changes={change.changes} />
            <Typography.Text style={{ whiteSpace: 'normal' }}>{change.reason}</Typography.Text>
          </Flex>
        ),
      }))}
    />
  );
}

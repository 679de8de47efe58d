/** What an administrator can do with a rule: change its settings, switch it off and on again. */
import { Button, Flex, Typography } from 'antd';
import { useState } from 'react';
import { useMay } from '../me.tsx';
import { ReasonDialog } from '../parts/reason-dialog.tsx';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';
import { useRuleSwitch } from './change.ts';
import { RuleForm } from './rule-form.tsx';
import type { Rule } from './values.ts';

export interface RuleActionsProps {
  readonly rule: Rule;
  readonly revision: number;
  readonly isSwitchedOff: boolean;
}

export function RuleActions({ rule, revision, isSwitchedOff }: RuleActionsProps) {
  const { pick } = usePreferences();
  const { administer } = useMay();
  const [asking, setAsking] = useState<'change' | 'switch' | null>(null);
  const switching = useRuleSwitch(rule.id, () => setAsking(null));
  if (!administer) return <Typography.Text type="secondary">{pick(RULES.mayNotChange)}</Typography.Text>;
  return (
    <Flex gap={8} wrap>
      <Button type="primary" onClick={() => setAsking('change')}>
        {pick(RULES.change)}
      </Button>
      <Button danger={!isSwitchedOff} onClick={() => setAsking('switch')}>
        {pick(isSwitchedOff ? RULES.switchOn : RULES.switchOff)}
      </Button>
      {asking === 'change' && <RuleForm rule={rule} revision={revision} onClosed={() => setAsking(null)} />}
      {asking === 'switch' && (
        <ReasonDialog
          title={isSwitchedOff ? RULES.switchOn : RULES.switchOff}
          effect={isSwitchedOff ? RULES.switchOnWhat : RULES.switchOffWhat}
          hint={RULES.reasonHint}
          isDanger={!isSwitchedOff}
          busy={switching.isPending}
          onSaid={(reason) => switching.mutate({ enabled: isSwitchedOff, reason })}
          onClosed={() => setAsking(null)}
        />
      )}
    </Flex>
  );
}

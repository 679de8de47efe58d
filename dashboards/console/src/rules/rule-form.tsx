/** Changing the settings of a rule in two steps: what is to hold, and, once the server has said what that changes, why. */
import { Divider, Form, Radio, Typography } from 'antd';
import { useState } from 'react';
import { useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';
import { useRuleChange, useRulePreview } from './change.ts';
import { ChangeForm } from './change-form.tsx';
import { ConfirmChange } from './confirm-change.tsx';
import { type Difference, Differences } from './differences.tsx';
import { Groups } from './groups.tsx';
import { type Asked, changeOf, type Held, heldOf, placeOf } from './held.ts';
import { OptionField } from './option-field.tsx';
import type { Rule } from './values.ts';

export interface RuleFormProps {
  readonly rule: Rule;
  /** The settings that are shown. */
  readonly revision: number;
  readonly onClosed: () => void;
}

interface Previewed {
  readonly asked: Asked;
  readonly changes: readonly Difference[];
}

const MODES = ['on', 'shadow', 'off'] as const;

export function RuleForm({ rule, revision, onClosed }: RuleFormProps) {
  const { pick, language } = usePreferences();
  const { baseCurrency } = useMe();
  const [form] = Form.useForm<Held>();
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const previewing = useRulePreview(rule.id);
  const title = `${pick(RULES.change)}${language === 'zh' ? '：' : ': '}${pick(rule.title)}`;

  const check = async (held: Held) => {
    const asked = { revision, ...changeOf(rule, held, baseCurrency) };
    setPreviewed({ asked, changes: (await previewing.mutateAsync(asked)).changes });
  };

  return (
    <>
      <ChangeForm
        form={form}
        title={title}
        initialValues={heldOf(rule)}
        open={previewed === null}
        busy={previewing.isPending}
        check={check}
        placeOf={(path) => placeOf(path, form.getFieldsValue(true) as Held)}
        onCancel={onClosed}
      >
        <Form.Item name="mode" label={pick(RULES.mode)} extra={pick(RULES.modeHint)}>
          <Radio.Group optionType="button" options={MODES.map((value) => ({ value, label: pick(RULES[value]) }))} />
        </Form.Item>
        {rule.options.map((option) => (
          <OptionField key={option.name} option={option} path={['options', option.name]} />
        ))}
        <Divider titlePlacement="start" style={{ marginBlock: 8 }}>
          {pick(RULES.segments)}
        </Divider>
        <Typography.Paragraph type="secondary">{pick(RULES.groupsHint)}</Typography.Paragraph>
        <Groups rule={rule} form={form} />
      </ChangeForm>
      {previewed !== null && (
        <Confirm rule={rule} {...previewed} title={title} onBack={() => setPreviewed(null)} onDone={onClosed} />
      )}
    </>
  );
}

interface ConfirmProps extends Previewed {
  readonly rule: Rule;
  readonly title: string;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

function Confirm({ rule, asked, changes, title, onBack, onDone }: ConfirmProps) {
  const changing = useRuleChange(rule.id, onDone);
  return (
    <ConfirmChange
      title={title}
      isNothing={changes.length === 0}
      error={changing.error}
      busy={changing.isPending}
      onSaid={(reason) => changing.mutate({ ...asked, reason })}
      onBack={onBack}
    >
      <Differences rule={rule} changes={changes} />
    </ConfirmChange>
  );
}

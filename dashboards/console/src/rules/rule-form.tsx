/** Changing the settings of a rule in two steps: what is to hold, and, once the server has said what that changes, why. */
import { Alert, Divider, Form, Modal, Radio, Typography } from 'antd';
import { useState } from 'react';
import { toldOf } from '../faults.ts';
import { useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { Refusal } from '../refusal.ts';
import { RULES } from '../words/rules.ts';
import { useRuleChange, useRulePreview } from './change.ts';
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
  const [problem, setProblem] = useState<string | null>(null);
  const previewing = useRulePreview(rule.id);
  const title = `${pick(RULES.change)}${language === 'zh' ? '：' : ': '}${pick(rule.title)}`;

  const check = async (held: Held) => {
    setProblem(null);
    const asked = { revision, ...changeOf(rule, held, baseCurrency) };
    try {
      setPreviewed({ asked, changes: (await previewing.mutateAsync(asked)).changes });
    } catch (error) {
      const fields = error instanceof Refusal ? error.fields : [];
      const placed = fields.flatMap(({ path, message }) => {
        const name = placeOf(path, form.getFieldsValue(true) as Held);
        return name === null ? [] : [{ name, errors: [message] }];
      });
      form.setFields(placed as Parameters<typeof form.setFields>[0]);
      if (placed[0] !== undefined) form.scrollToField(placed[0].name as never, { block: 'center' });
      // What stands at a field is not said twice; what stands at none is said above them.
      if (placed.length === 0 || placed.length < fields.length) setProblem(toldOf(error as Error, language));
    }
  };

  return (
    <>
      <Modal
        open={previewed === null}
        width={720}
        title={title}
        okText={pick(RULES.check)}
        cancelText={pick(RULES.cancel)}
        okButtonProps={{ loading: previewing.isPending }}
        onOk={form.submit}
        onCancel={onClosed}
      >
        <Form<Held>
          form={form}
          layout="vertical"
          scrollToFirstError={{ block: 'center' }}
          initialValues={heldOf(rule)}
          onFinish={(held) => void check(held)}
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
        </Form>
        {problem !== null && <Alert type="error" showIcon title={problem} style={{ marginTop: 12 }} />}
      </Modal>
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

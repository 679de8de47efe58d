/** The first question of a change of settings: what is to hold. The server checks it; what it refuses stands at its field. */
import { Alert, Form, type FormInstance, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { toldOf } from '../faults.ts';
import { usePreferences } from '../preferences.tsx';
import { Refusal } from '../refusal.ts';
import { RULES } from '../words/rules.ts';

export interface ChangeFormProps<Held extends object> {
  readonly form: FormInstance<Held>;
  readonly title: string;
  readonly initialValues: object;
  readonly open: boolean;
  readonly busy: boolean;
  /** Rejects with what the server refused. */
  readonly check: (held: Held) => Promise<void>;
  /** Where the field stands that a refusal speaks of; null where it is none of these. */
  readonly placeOf: (path: string) => readonly (string | number)[] | null;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

export function ChangeForm<Held extends object>(props: ChangeFormProps<Held>) {
  const { form, title, initialValues, open, busy, check, placeOf, onCancel, children } = props;
  const { pick, language } = usePreferences();
  const [problem, setProblem] = useState<string | null>(null);

  const refuse = (error: Error) => {
    const fields = error instanceof Refusal ? error.fields : [];
    const placed = fields.flatMap(({ path, message }) => {
      const name = placeOf(path);
      return name === null ? [] : [{ name: [...name], errors: [message] }];
    });
    form.setFields(placed as Parameters<typeof form.setFields>[0]);
    if (placed[0] !== undefined) form.scrollToField(placed[0].name as never, { block: 'center' });
    // What stands at a field is not said twice; what stands at none is said below them.
    if (placed.length === 0 || placed.length < fields.length) setProblem(toldOf(error, language));
  };

  const finish = (held: Held) => {
    setProblem(null);
    check(held).catch(refuse);
  };

  return (
    <Modal
      open={open}
      width={720}
      title={title}
      okText={pick(RULES.check)}
      cancelText={pick(RULES.cancel)}
      okButtonProps={{ loading: busy }}
      onOk={form.submit}
      onCancel={onCancel}
    >
      <Form<Held>
        form={form}
        layout="vertical"
        scrollToFirstError={{ block: 'center' }}
        initialValues={initialValues}
        onFinish={finish}
      >
        {children}
      </Form>
      {problem !== null && <Alert type="error" showIcon title={problem} style={{ marginTop: 12 }} />}
    </Modal>
  );
}

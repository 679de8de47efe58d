/** A new password; loaded when somebody asks for it. */
import { useMutation } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal } from 'antd';
import { ask } from './api.ts';
import { toldOf } from './faults.ts';
import { usePreferences } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { PEOPLE } from './words/people.ts';

interface Passwords {
  readonly current: string;
  readonly password: string;
}

export function ChangePassword({ onClosed }: { readonly onClosed: () => void }) {
  const { pick, language } = usePreferences();
  const { message } = App.useApp();
  const [form] = Form.useForm<Passwords>();
  const changing = useMutation({
    mutationFn: (given: Passwords) => ask<void>('/v1/session/password', given),
    onSuccess: () => {
      void message.success(pick(PEOPLE.passwordChanged));
      onClosed();
    },
  });
  const { error } = changing;
  const isWrong = error instanceof Refusal && error.status === 403;
  return (
    <Modal
      open
      title={pick(PEOPLE.changePassword)}
      okButtonProps={{ loading: changing.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <Form form={form} layout="vertical" onFinish={(given: Passwords) => changing.mutate(given)}>
        <Form.Item
          name="current"
          label={pick(PEOPLE.current)}
          rules={[{ required: true, message: pick(PEOPLE.current) }]}
        >
          <Input.Password autoFocus autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="password"
          label={pick(PEOPLE.fresh)}
          extra={pick(PEOPLE.freshHint)}
          rules={[{ required: true, min: 12, max: 256, message: pick(PEOPLE.freshHint) }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        {error !== null && (
          <Alert type="error" showIcon title={isWrong ? pick(PEOPLE.currentWrong) : toldOf(error, language)} />
        )}
      </Form>
    </Modal>
  );
}

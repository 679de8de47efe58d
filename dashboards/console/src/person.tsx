/** Who is signed in, with which roles; a new password, and the way out. */
import { KeyOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, App, Button, Dropdown, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { ask } from './api.ts';
import { toldOf } from './faults.ts';
import { useMe } from './me.tsx';
import { usePreferences } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { session } from './session.ts';
import { PEOPLE, ROLE_WORDS } from './words/people.ts';

export function Person({ onSignOut }: { readonly onSignOut: () => void }) {
  const { say, pick, language } = usePreferences();
  const { name, roles } = useMe();
  const [isChanging, setChanging] = useState(false);
  const own = roles.map((role) => pick(ROLE_WORDS[role])).join(language === 'zh' ? '、' : ', ');
  const password = { key: 'password', icon: <KeyOutlined />, label: pick(PEOPLE.changePassword) };
  const items = [
    { key: 'who', label: `${pick(PEOPLE.signedInAs)} ${name} · ${own}`, disabled: true },
    ...(session.hasPassword ? [password] : []),
    { key: 'out', icon: <LogoutOutlined />, label: say('signOut') },
  ];
  const choose = (key: string) => {
    if (key === 'out') onSignOut();
    if (key === 'password') setChanging(true);
  };
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => choose(key) }}>
        <Button type="text" icon={<UserOutlined />} aria-label={`${pick(PEOPLE.signedInAs)} ${name}, ${own}`}>
          <span style={{ maxWidth: 180, overflow: 'hidden', textOverflow: 'ellipsis' }}>
            {name} · {own}
          </span>
        </Button>
      </Dropdown>
      {isChanging && <ChangePassword onClosed={() => setChanging(false)} />}
    </>
  );
}

interface Passwords {
  readonly current: string;
  readonly password: string;
}

function ChangePassword({ onClosed }: { readonly onClosed: () => void }) {
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

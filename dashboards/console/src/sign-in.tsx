/** Signing in with an API key. */
import { Alert, Button, Card, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import { ask, type Me, Refusal, session } from './api.ts';
import { usePreferences } from './preferences.tsx';

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { say, language, choose } = usePreferences();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const signIn = async ({ key }: { readonly key: string }) => {
    setBusy(true);
    session.signIn(key.trim());
    try {
      await ask<Me>('/v1/me');
      onSignedIn();
    } catch (error) {
      session.signOut();
      setProblem(error instanceof Refusal && error.status < 500 ? say('keyRefused') : (error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main style={{ minHeight: '100vh', display: 'grid', placeItems: 'center', padding: 16 }}>
      <Card style={{ width: 'min(420px, 100%)' }}>
        <Typography.Title level={1} style={{ fontSize: 28 }}>
          Weir {language === 'zh' ? '风险监测' : ''}
        </Typography.Title>
        <Form layout="vertical" onFinish={signIn}>
          <Form.Item
            name="key"
            label={say('key')}
            extra={say('keyHint')}
            rules={[{ required: true, message: say('key') }]}
          >
            <Input.Password autoFocus autoComplete="current-password" />
          </Form.Item>
          {problem !== null && <Alert type="error" showIcon title={problem} style={{ marginBottom: 16 }} />}
          <Button type="primary" htmlType="submit" block loading={busy}>
            {say('signIn')}
          </Button>
        </Form>
        <Button type="link" block onClick={() => choose({ language: language === 'zh' ? 'en' : 'zh' })}>
          {say('language')}
        </Button>
      </Card>
    </main>
  );
}

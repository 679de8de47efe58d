/** Signing in: with name and password, or with an API key alone. */
import { Alert, Button, Card, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import type { Words } from '../../panels/words.ts';
import { ask, type Me } from './api.ts';
import { toldOf } from './faults.ts';
import { usePreferences } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { session } from './session.ts';
import { PEOPLE } from './words/people.ts';
import { TEXTS } from './words.ts';

interface Given {
  readonly name?: string;
  readonly secret: string;
}

export interface SignInProps {
  /** True where somebody was signed in, and is no more. */
  readonly isOver: boolean;
  readonly onSignedIn: () => void;
}

export function SignIn({ isOver, onSignedIn }: SignInProps) {
  const { say, pick, language, choose } = usePreferences();
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const [byName, setByName] = useState(true);
  const signIn = async ({ name = '', secret }: Given) => {
    setBusy(true);
    setByName(name.trim() !== '');
    try {
      await (name.trim() === '' ? session.signInWithKey(secret.trim()) : signInByName(name.trim(), secret));
      onSignedIn();
    } catch (error) {
      setProblem(error as Error);
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
        {isOver && problem === null && (
          <Alert type="warning" showIcon title={pick(PEOPLE.sessionOver)} style={{ marginBottom: 16 }} />
        )}
        <Form<Given> layout="vertical" onFinish={signIn} initialValues={{ name: session.lastName }}>
          <Form.Item name="name" label={pick(PEOPLE.userName)} extra={pick(PEOPLE.userNameHint)}>
            <Input autoFocus={session.lastName === ''} autoComplete="username" maxLength={64} />
          </Form.Item>
          <Form.Item
            name="secret"
            label={pick(PEOPLE.secret)}
            extra={pick(PEOPLE.secretHint)}
            rules={[{ required: true, message: pick(PEOPLE.secret) }]}
          >
            <Input.Password autoFocus={session.lastName !== ''} autoComplete="current-password" />
          </Form.Item>
          {problem !== null && (
            <Alert
              type="error"
              showIcon
              title={whyNot(problem, byName)?.[language] ?? toldOf(problem, language)}
              style={{ marginBottom: 16 }}
            />
          )}
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

/** Whoever may not look at the console has no use for a session. */
async function signInByName(name: string, password: string): Promise<void> {
  await session.signIn(name, password);
  try {
    await ask<Me>('/v1/me');
  } catch (error) {
    await session.signOut();
    throw error;
  }
}

function whyNot(problem: Error, byName: boolean): Words | null {
  if (!(problem instanceof Refusal) || problem.status >= 500) return null;
  if (problem.status === 403) return PEOPLE.mayNotLook;
  if (problem.status === 429) return PEOPLE.tooOften;
  return byName ? PEOPLE.wrong : TEXTS.keyRefused;
}

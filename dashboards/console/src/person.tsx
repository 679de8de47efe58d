/** Who is signed in, with which roles, and the way out. */
import { KeyOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Dropdown, Grid } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useMe } from './me.tsx';
import { usePreferences } from './preferences.tsx';
import { session } from './session.ts';
import { PEOPLE, ROLE_WORDS } from './words/people.ts';

const ChangePassword = lazy(() =>
  import('./change-password.tsx').then(({ ChangePassword: dialog }) => ({ default: dialog })),
);

export function Person({ onSignOut }: { readonly onSignOut: () => void }) {
  const { say, pick, language } = usePreferences();
  const { name, roles } = useMe();
  const { md } = Grid.useBreakpoint();
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
          {md === true && (
            <span style={{ maxWidth: 180, overflow: 'hidden', textOverflow: 'ellipsis' }}>
              {name} · {own}
            </span>
          )}
        </Button>
      </Dropdown>
      {isChanging && (
        <Suspense>
          <ChangePassword onClosed={() => setChanging(false)} />
        </Suspense>
      )}
    </>
  );
}

/** The frame of the console: who is signed in, the menu, what a person chose, and the page that the address names. */
import {
  AlertOutlined,
  ApiOutlined,
  AuditOutlined,
  ControlOutlined,
  DashboardOutlined,
  MenuOutlined,
  SettingOutlined,
  StopOutlined,
  TeamOutlined,
  ToolOutlined,
} from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  Alert,
  App as AntApp,
  theme as antTheme,
  Button,
  ConfigProvider,
  Drawer,
  Flex,
  Grid,
  Layout,
  Menu,
  Result,
  Spin,
  Typography,
} from 'antd';
import enGB from 'antd/locale/en_GB';
import zhCN from 'antd/locale/zh_CN';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import type { Words } from '../../panels/words.ts';
import { ask, type Me } from './api.ts';
import { toldOf } from './faults.ts';
import { LiveProvider } from './live.tsx';
import { MeContext, useMay } from './me.tsx';
import { Choices } from './parts/choices.tsx';
import { EmergencyBanner } from './parts/emergency-banner.tsx';
import { FaultBoundary } from './parts/fault-boundary.tsx';
import { quietMeasureRows } from './parts/measure-rows.ts';
import { usePreferences } from './preferences.tsx';
import { Refusal } from './refusal.ts';
import { session } from './session.ts';
import { COMPONENTS, TAG_STYLE, TOKENS } from './theme.ts';
import { EMERGENCY } from './words/emergency.ts';
import { SETTINGS } from './words/settings.ts';
import { WEBHOOKS } from './words/webhooks.ts';
import { TEXTS } from './words.ts';

const SignIn = lazy(() => import('./sign-in.tsx').then(({ SignIn: page }) => ({ default: page })));
const Overview = lazy(() => import('./pages/overview.tsx'));
const Alerts = lazy(() => import('./pages/alerts.tsx'));
const AlertPage = lazy(() => import('./pages/alert.tsx'));
const Approvals = lazy(() => import('./pages/approvals.tsx'));
const Party = lazy(() => import('./pages/party.tsx'));
const Transfer = lazy(() => import('./pages/transfer.tsx'));
const Rules = lazy(() => import('./pages/rules.tsx'));
const System = lazy(() => import('./pages/system.tsx'));
const Settings = lazy(() => import('./pages/settings.tsx'));
const Webhooks = lazy(() => import('./pages/webhooks.tsx'));
const WebhookPage = lazy(() => import('./pages/webhook.tsx'));
const Emergency = lazy(() => import('./pages/emergency.tsx'));

/** For those alone who may manage them. */
const WEBHOOKS_PATH = '/webhooks';

const MENU: readonly (readonly [path: string, title: Words, icon: ReactNode])[] = [
  ['/', TEXTS.overview, <DashboardOutlined key="overview" />],
  ['/alerts', TEXTS.alerts, <AlertOutlined key="alerts" />],
  ['/approvals', TEXTS.approvals, <AuditOutlined key="approvals" />],
  ['/parties', TEXTS.parties, <TeamOutlined key="parties" />],
  ['/emergency', EMERGENCY.emergency, <StopOutlined key="emergency" />],
  ['/rules', TEXTS.rules, <ControlOutlined key="rules" />],
  ['/settings', SETTINGS.settings, <ToolOutlined key="settings" />],
  [WEBHOOKS_PATH, WEBHOOKS.webhooks, <ApiOutlined key="webhooks" />],
  ['/system', TEXTS.system, <SettingOutlined key="system" />],
];

/** Whoever asked their system for little motion gets none. */
const CALM = window.matchMedia('(prefers-reduced-motion: reduce)');

export function App() {
  const { language, theme } = usePreferences();
  const algorithm = theme === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm;
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enGB}
      theme={{ algorithm, token: { ...TOKENS[theme], motion: !CALM.matches }, components: COMPONENTS[theme] }}
    >
      <style>{TAG_STYLE[theme]}</style>
      <AntApp>
        <Gate />
      </AntApp>
    </ConfigProvider>
  );
}

async function askMe(): Promise<Me> {
  try {
    return await ask<Me>('/v1/me');
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) session.forget();
    throw error;
  }
}

/** Asks who it is where nobody is signed in. */
function Gate() {
  const { say, language } = usePreferences();
  const [signedIn, setSignedIn] = useState(session.isOpen);
  const client = useQueryClient();
  const me = useQuery({ queryKey: ['me'], queryFn: askMe, enabled: signedIn, staleTime: 60_000 });
  const { token } = antTheme.useToken();
  const signOut = () => {
    // The cookie may be gone already, or the server out of reach: on this side nothing is left either way.
    void session.signOut().catch(() => undefined);
    client.clear();
    setSignedIn(false);
  };
  const refused = me.error instanceof Refusal && (me.error.status === 401 || me.error.status === 403);
  const page =
    !signedIn || refused ? (
      <SignIn
        isOver={signedIn && refused}
        onSignedIn={() => {
          void client.resetQueries();
          setSignedIn(true);
        }}
      />
    ) : me.data !== undefined ? (
      <MeContext.Provider value={me.data}>
        <LiveProvider>
          <Frame onSignOut={signOut} />
        </LiveProvider>
      </MeContext.Provider>
    ) : me.error !== null ? (
      <Result
        status="error"
        title={toldOf(me.error, language)}
        extra={<Button onClick={() => void me.refetch()}>{say('again')}</Button>}
      />
    ) : (
      <Spin fullscreen />
    );
  return (
    <div style={{ background: token.colorBgLayout, minHeight: '100vh' }}>
      <Suspense fallback={<Spin fullscreen />}>{page}</Suspense>
    </div>
  );
}

function Frame({ onSignOut }: { readonly onSignOut: () => void }) {
  const { say } = usePreferences();
  const { lg: wide = false, xl = false } = Grid.useBreakpoint();
  const [menuOpen, setMenuOpen] = useState(false);
  const { token } = antTheme.useToken();
  return (
    <Layout style={{ minHeight: '100vh' }}>
      {wide ? (
        // Between phone and desk the menu is signs alone, so that tables have the room.
        <Layout.Sider
          width={200}
          collapsedWidth={56}
          collapsed={!xl}
          trigger={null}
          theme="light"
          style={{ borderInlineEnd: `1px solid ${token.colorBorderSecondary}` }}
        >
          <Brand isNarrow={!xl} />
          <Pages onChosen={() => undefined} />
        </Layout.Sider>
      ) : (
        <Drawer
          placement="left"
          size={240}
          open={menuOpen}
          onClose={() => setMenuOpen(false)}
          title="Weir"
          styles={{ body: { padding: 0 } }}
        >
          <Pages onChosen={() => setMenuOpen(false)} />
        </Drawer>
      )}
      <Layout>
        <Layout.Header
          style={{ background: token.colorBgContainer, padding: '0 12px', height: 'auto', lineHeight: 'normal' }}
        >
          <Flex align="center" justify="space-between" wrap gap={8} style={{ minHeight: 52 }}>
            {wide ? (
              <span />
            ) : (
              <Button type="text" icon={<MenuOutlined />} aria-label={say('menu')} onClick={() => setMenuOpen(true)} />
            )}
            <Choices onSignOut={onSignOut} />
          </Flex>
        </Layout.Header>
        <Layout.Content style={{ padding: wide ? 16 : 8 }}>
          <div ref={quietMeasureRows}>
            <DemoBanner />
            <EmergencyBanner />
            <FaultBoundary title={say('broken')}>
              <Suspense fallback={<Spin style={{ margin: 48 }} />}>
                <Switch>
                  <Route path="/alerts/:id">{({ id }) => <AlertPage id={decodeURIComponent(id)} />}</Route>
                  <Route path="/alerts" component={Alerts} />
                  <Route path="/approvals" component={Approvals} />
                  <Route path="/parties/:id?">
                    {({ id }) => <Party id={id === undefined ? null : decodeURIComponent(id)} />}
                  </Route>
                  <Route path="/transfers/:id">{({ id }) => <Transfer id={decodeURIComponent(id)} />}</Route>
                  <Route path="/rules/:id?">{({ id }) => <Rules chosen={id ?? null} />}</Route>
                  <Route path="/settings" component={Settings} />
                  <Route path="/system" component={System} />
                  <Route path="/webhooks/:id">{({ id }) => <WebhookPage id={decodeURIComponent(id)} />}</Route>
                  <Route path="/webhooks" component={Webhooks} />
                  <Route path="/emergency" component={Emergency} />
                  <Route component={Overview} />
                </Switch>
              </Suspense>
            </FaultBoundary>
          </div>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Brand({ isNarrow }: { readonly isNarrow: boolean }) {
  return (
    <Typography.Title
      level={isNarrow ? 5 : 4}
      style={isNarrow ? { margin: '16px 0', textAlign: 'center' } : { margin: '14px 24px' }}
    >
      Weir
    </Typography.Title>
  );
}

function Pages({ onChosen }: { readonly onChosen: () => void }) {
  const { say, pick } = usePreferences();
  const { manageWebhooks } = useMay();
  const [path] = useLocation();
  const menu = MENU.filter(([to]) => manageWebhooks || to !== WEBHOOKS_PATH);
  const here = MENU.findLast(([prefix]) => path === prefix || (prefix !== '/' && path.startsWith(`${prefix}/`)));
  return (
    <nav aria-label={say('menu')}>
      <Menu
        mode="inline"
        selectedKeys={[here?.[0] ?? '']}
        onClick={onChosen}
        style={{ borderInlineEnd: 0 }}
        items={menu.map(([to, title, icon]) => ({ key: to, icon, label: <Link href={to}>{pick(title)}</Link> }))}
      />
    </nav>
  );
}

function DemoBanner() {
  const { say } = usePreferences();
  const { data } = useQuery<Me>({ queryKey: ['me'], enabled: false });
  if (data?.demo !== true) return null;
  return <Alert type="info" banner title={say('demo')} style={{ marginBottom: 12 }} />;
}

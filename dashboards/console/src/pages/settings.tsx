/** Settings that are of no rule: what each means, what is in force, who changed it last; administrators change them. */
import { Alert, Button, Card, Flex, Grid, Table, Tag, Timeline, Typography } from 'antd';
import { useState } from 'react';
import type { SettingChanges } from '../api.ts';
import { toldOf } from '../faults.ts';
import { useFormats, useMay } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { usePreferences } from '../preferences.tsx';
import { useSettingChanges, useSettings } from '../settings/change.ts';
import { settingDifference } from '../settings/differences.tsx';
import { SettingsForm } from '../settings/settings-form.tsx';
import { type Setting, settingWritten } from '../settings/values.ts';
import { RULES } from '../words/rules.ts';
import { SETTINGS } from '../words/settings.ts';

type Change = SettingChanges['items'][number];

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Settings() {
  const { pick, language } = usePreferences();
  const { administer } = useMay();
  const [isChanging, setChanging] = useState(false);
  const settings = useSettings();
  const changes = useSettingChanges();
  const change = administer && settings.data !== undefined && (
    <Button type="primary" onClick={() => setChanging(true)}>
      {pick(SETTINGS.change)}
    </Button>
  );
  return (
    <Page title={pick(SETTINGS.settings)} extra={change}>
      <Loaded query={settings}>
        {(loaded) => (
          <Flex vertical gap={12}>
            {changes.error !== null && (
              <Alert
                type="warning"
                showIcon
                title={pick(SETTINGS.changesUnknown)}
                description={toldOf(changes.error, language)}
              />
            )}
            <Card size="small" data-part="settings">
              <Typography.Paragraph type="secondary">
                {pick(SETTINGS.what)} {!administer && pick(SETTINGS.mayNotChange)}
              </Typography.Paragraph>
              <List settings={loaded.items} changes={changes.data?.items ?? null} />
            </Card>
            <Card size="small" title={pick(SETTINGS.history)} data-part="history">
              <Loaded query={changes}>{({ items }) => <History settings={loaded.items} changes={items} />}</Loaded>
            </Card>
            {isChanging && <SettingsForm settings={loaded} onClosed={() => setChanging(false)} />}
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

interface ListProps {
  readonly settings: readonly Setting[];
  /** Null while they are not known. */
  readonly changes: readonly Change[] | null;
}

function List({ settings, changes }: ListProps) {
  const { say, pick, language } = usePreferences();
  const { time } = useFormats();
  const { md } = Grid.useBreakpoint();
  const lastOf = (name: string) => {
    if (changes === null) return '–';
    const last = changes.find((one) => one.name === name);
    return last === undefined ? pick(SETTINGS.never) : `${time(last.at, false)} · ${last.by}`;
  };
  const besides = [
    {
      title: say('standard'),
      width: '20%',
      render: (_: unknown, setting: Setting) => settingWritten(setting, setting.default, language),
    },
    { title: pick(RULES.last), width: '20%', render: (_: unknown, { name }: Setting) => lastOf(name) },
  ];
  return (
    <Table<Setting>
      size="small"
      rowKey="name"
      dataSource={[...settings]}
      pagination={false}
      tableLayout="fixed"
      columns={[
        {
          title: pick(SETTINGS.setting),
          render: (_, { name, meaning }) => (
            <>
              {pick(meaning)}
              <br />
              <code style={{ overflowWrap: 'anywhere' }}>{name}</code>
            </>
          ),
        },
        {
          title: say('value'),
          width: md === true ? '22%' : '45%',
          render: (_, setting) => (
            <>
              <strong>{settingWritten(setting, setting.value, language)}</strong>{' '}
              {JSON.stringify(setting.value) !== JSON.stringify(setting.default) && (
                <Tag color="blue">{pick(RULES.changedFromDefault)}</Tag>
              )}
            </>
          ),
        },
        // A phone has no room for them: who changed what stands below.
        ...(md === true ? besides : []),
      ]}
    />
  );
}

/** Changes that were made together stand together. */
function History({
  settings,
  changes,
}: {
  readonly settings: readonly Setting[];
  readonly changes: readonly Change[];
}) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  if (changes.length === 0) return <Typography.Text type="secondary">{pick(SETTINGS.neverChanged)}</Typography.Text>;
  const together = Map.groupBy(changes, ({ at, by }) => `${at} ${by}`);
  return (
    <Timeline
      style={{ marginTop: 8 }}
      items={[...together].map(([key, made]) => ({
        key,
        content: (
          <Flex vertical>
            <Typography.Text type="secondary">{`${time(made[0]?.at ?? '')} · ${made[0]?.by}`}</Typography.Text>
            {made.map((one) => (
              <Typography.Text key={one.name}>{settingDifference(settings, one, language)}</Typography.Text>
            ))}
            <Typography.Text style={{ whiteSpace: 'normal' }}>{made[0]?.reason}</Typography.Text>
          </Flex>
        ),
      }))}
    />
  );
}

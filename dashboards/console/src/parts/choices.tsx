/** What a person chooses for every page: time zone, language, light or dark; and the way out. */
import { BulbOutlined, TranslationOutlined } from '@ant-design/icons';
import { Button, Flex, Grid, Select } from 'antd';
import { useFormats } from '../me.tsx';
import { Person } from '../person.tsx';
import { usePreferences } from '../preferences.tsx';
import { LiveMark } from './live-mark.tsx';

/** Beside the institution’s own. */
const ZONES = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Singapore',
  'Asia/Tokyo',
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
];

export function Choices({ onSignOut }: { readonly onSignOut: () => void }) {
  const { say, language, theme, choose } = usePreferences();
  const { zone } = useFormats();
  // A phone has room for signs alone; their names are told to whoever asks.
  const { md } = Grid.useBreakpoint();
  return (
    <Flex align="center" gap={md === true ? 4 : 0} wrap>
      <LiveMark />
      <Select
        size="small"
        value={zone}
        aria-label={say('zone')}
        style={{ width: md === true ? 150 : 132 }}
        options={[...new Set([zone, ...ZONES])].map((value) => ({ value, label: value }))}
        onChange={(value) => choose({ zone: value })}
      />
      <Button
        type="text"
        icon={<TranslationOutlined />}
        aria-label={say('language')}
        onClick={() => choose({ language: language === 'zh' ? 'en' : 'zh' })}
      >
        {md === true && say('language')}
      </Button>
      <Button
        type="text"
        icon={<BulbOutlined />}
        aria-label={say('theme')}
        onClick={() => choose({ theme: theme === 'dark' ? 'light' : 'dark' })}
      />
      <Person onSignOut={onSignOut} />
    </Flex>
  );
}

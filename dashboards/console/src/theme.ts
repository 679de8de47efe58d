/**
 * Colours in which the console departs from the library’s: words stand out against their ground by at least 4.5 to 1,
 * on labels, tags, placeholders and buttons as well. A test measures it on every page in both themes.
 */
import type { ThemeConfig } from 'antd';
import type { Theme } from './preferences.tsx';

export const TOKENS: { readonly [theme in Theme]: NonNullable<ThemeConfig['token']> } = {
  light: {
    colorPrimary: '#1554ad',
    colorInfo: '#0b4fa8',
    colorError: '#c41220',
    colorLink: '#0950b8',
    colorTextDescription: '#595959',
    colorTextPlaceholder: '#6b6b6b',
  },
  dark: {
    colorPrimary: '#3c89e8',
    colorInfo: '#7ab8ff',
    colorError: '#ff8583',
    colorLink: '#65a9f3',
    colorTextDescription: '#a6a6a6',
    colorTextPlaceholder: '#9a9a9a',
  },
};

export const COMPONENTS: { readonly [theme in Theme]: NonNullable<ThemeConfig['components']> } = {
  light: { Descriptions: { labelColor: '#595959' } },
  dark: {
    Descriptions: { labelColor: '#a6a6a6' },
    Menu: { itemSelectedColor: '#a9d0ff' },
    // The red that is read on a dark ground is too light for white words on it.
    Button: { dangerColor: '#1f0504' },
  },
};

/** Words on tags of these colours, which the library draws too pale on a light ground. */
export const TAG_STYLE: { readonly [theme in Theme]: string } = {
  light: '.ant-tag.ant-tag { --ant-green-7: #1f6b04; --ant-orange-7: #9a4300; --ant-gold-7: #7d5200; }',
  dark: '',
};

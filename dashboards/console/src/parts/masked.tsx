/** Says that personal data is masked, and why, to those who see it so. */
import { EyeInvisibleOutlined } from '@ant-design/icons';
import { Alert, Tag, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useMay } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { PEOPLE } from '../words/people.ts';

/** Above a page that shows personal data. */
export function MaskedNote() {
  const { pick } = usePreferences();
  if (useMay().seePersonalData) return null;
  return (
    <Alert
      type="info"
      showIcon
      icon={<EyeInvisibleOutlined />}
      title={pick(PEOPLE.maskedWhy)}
      style={{ marginBottom: 8 }}
    />
  );
}

/** A value that is masked for some. */
export function Personal({ children }: { readonly children: ReactNode }) {
  const { pick } = usePreferences();
  if (useMay().seePersonalData) return children;
  return (
    <>
      {children}{' '}
      <Tooltip title={pick(PEOPLE.maskedWhy)}>
        <Tag icon={<EyeInvisibleOutlined />} tabIndex={0}>
          {pick(PEOPLE.masked)}
        </Tag>
      </Tooltip>
    </>
  );
}

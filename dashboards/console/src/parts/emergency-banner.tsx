/** Says on every page that a measure of an emergency is in force, and which. */
import { Alert } from 'antd';
import { Link } from 'wouter';
import { useMeasures } from '../measures.ts';
import { usePreferences } from '../preferences.tsx';
import { EMERGENCY, measureWords } from '../words/emergency.ts';

const SHOWN_MAX = 2;

export function EmergencyBanner() {
  const { pick, language } = usePreferences();
  const { data } = useMeasures();
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const told = items.slice(0, SHOWN_MAX).map((measure) => pick(measureWords(measure)));
  const more = items.length > SHOWN_MAX ? ` (${pick(EMERGENCY.andMore)} ${items.length})` : '';
  return (
    <Alert
      type="error"
      banner
      data-banner="emergency"
      style={{ marginBottom: 12 }}
      title={
        <Link href="/emergency" style={{ color: 'inherit', textDecoration: 'underline' }}>
          {`${pick(EMERGENCY.banner)}${language === 'zh' ? '：' : ': '}${told.join(language === 'zh' ? '' : ' ')}${more}`}
        </Link>
      }
    />
  );
}

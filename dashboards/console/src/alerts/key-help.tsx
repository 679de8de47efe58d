/** The list of keys, and the switch that turns them off. */
import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Descriptions, Modal, Switch, Typography } from 'antd';
import type { Words } from '../../../panels/words.ts';
import { usePreferences } from '../preferences.tsx';
import { ACTION_WORDS, ALERT_TEXTS } from '../words/alerts.ts';
import { ACTION_KEYS, TO_ME_KEY } from './actions.tsx';
import type { Action } from './steps.ts';

/** Keys of the list, beside those of the steps. */
export const LIST_KEYS: readonly (readonly [key: string, does: Words])[] = [
  ['j', ALERT_TEXTS.keyNext],
  ['k', ALERT_TEXTS.keyPrevious],
  ['x', ALERT_TEXTS.keySelect],
  ['Enter', ALERT_TEXTS.keyOpen],
  ['/', ALERT_TEXTS.keyFind],
];

const STEP_KEYS: readonly (readonly [key: string, does: Words])[] = [
  [TO_ME_KEY, ALERT_TEXTS.assignToMe],
  ...Object.entries(ACTION_KEYS).map(([action, key]) => [key, ACTION_WORDS[action as Action]] as const),
];

export interface KeyHelpProps {
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly isOn: boolean;
  readonly onSwitched: (isOn: boolean) => void;
  readonly hasList: boolean;
  readonly hasSteps: boolean;
}

export function KeyHelp({ isOpen, onOpen, isOn, onSwitched, hasList, hasSteps }: KeyHelpProps) {
  const { pick } = usePreferences();
  const keys = [...(hasList ? LIST_KEYS : []), ...(hasSteps ? STEP_KEYS : []), ['?', ALERT_TEXTS.keyHelp] as const];
  return (
    <>
      <Button icon={<QuestionCircleOutlined />} aria-keyshortcuts="?" onClick={() => onOpen(true)}>
        {pick(ALERT_TEXTS.keys)}
      </Button>
      {isOpen && (
        <Modal open title={pick(ALERT_TEXTS.keys)} footer={null} onCancel={() => onOpen(false)}>
          <Descriptions
            size="small"
            bordered
            column={1}
            items={keys.map(([key, does]) => ({ key, label: <kbd>{key}</kbd>, children: pick(does) }))}
          />
          <Typography.Paragraph style={{ margin: '12px 0' }}>{pick(ALERT_TEXTS.keysScope)}</Typography.Paragraph>
          <Switch checked={isOn} onChange={onSwitched} aria-label={pick(ALERT_TEXTS.keysOn)} />{' '}
          {pick(ALERT_TEXTS.keysOn)}
        </Modal>
      )}
    </>
  );
}

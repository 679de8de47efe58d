/** The last question before settings change: what changes, in words, and why. */
import { Alert, Form, Input, Modal, Typography } from 'antd';
import type { ReactNode } from 'react';
import { toldOf } from '../faults.ts';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';

export interface ConfirmChangeProps {
  readonly title: string;
  /** Nothing differs from what is in force. */
  readonly isNothing: boolean;
  readonly error: Error | null;
  readonly busy: boolean;
  readonly onSaid: (reason: string) => void;
  readonly onBack: () => void;
  /** What differs. */
  readonly children: ReactNode;
}

export function ConfirmChange({ title, isNothing, error, busy, onSaid, onBack, children }: ConfirmChangeProps) {
  const { pick, language } = usePreferences();
  const [form] = Form.useForm<{ readonly reason: string }>();
  return (
    <Modal
      open
      title={title}
      okText={pick(RULES.confirm)}
      cancelText={pick(RULES.back)}
      okButtonProps={{ disabled: isNothing, loading: busy }}
      onOk={form.submit}
      onCancel={onBack}
    >
      {error !== null && <Alert type="error" showIcon title={toldOf(error, language)} style={{ marginBottom: 12 }} />}
      <Alert
        type={isNothing ? 'info' : 'warning'}
        showIcon
        style={{ marginBottom: 16 }}
        title={pick(isNothing ? RULES.nothing : RULES.willChange)}
        description={
          isNothing ? undefined : (
            <>
              {children}
              <Typography.Paragraph style={{ margin: '8px 0 0' }}>{pick(RULES.fromNowOn)}</Typography.Paragraph>
            </>
          )
        }
      />
      <Form form={form} layout="vertical" onFinish={({ reason }) => onSaid(reason.trim())}>
        <Form.Item
          name="reason"
          label={pick(RULES.reason)}
          extra={pick(RULES.reasonHint)}
          rules={[{ required: true, whitespace: true, message: pick(RULES.reasonNeeded) }]}
        >
          <Input.TextArea rows={2} maxLength={512} autoFocus disabled={isNothing} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

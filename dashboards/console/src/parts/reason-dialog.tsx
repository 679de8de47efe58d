/** Says what something does, and asks why, before it is done. */
import { Form, Input, Modal } from 'antd';
import type { Words } from '../../../panels/words.ts';
import { usePreferences } from '../preferences.tsx';
import { WEBHOOKS } from '../words/webhooks.ts';

export interface ReasonDialogProps {
  readonly title: Words;
  readonly effect: Words;
  /** What becomes of the reason. */
  readonly hint?: Words;
  readonly busy: boolean;
  readonly isDanger?: boolean;
  readonly onSaid: (reason: string) => void;
  readonly onClosed: () => void;
}

export function ReasonDialog({ title, effect, hint, busy, isDanger = false, onSaid, onClosed }: ReasonDialogProps) {
  const { pick } = usePreferences();
  const [form] = Form.useForm<{ readonly reason: string }>();
  return (
    <Modal
      open
      title={pick(title)}
      okText={pick(title)}
      cancelText={pick(WEBHOOKS.cancel)}
      okButtonProps={{ loading: busy, danger: isDanger }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <p>{pick(effect)}</p>
      <Form form={form} layout="vertical" onFinish={({ reason }) => onSaid(reason.trim())}>
        <Form.Item
          name="reason"
          label={pick(WEBHOOKS.reason)}
          extra={pick(hint ?? WEBHOOKS.reasonHint)}
          rules={[{ required: true, whitespace: true, message: pick(WEBHOOKS.reason) }]}
        >
          <Input.TextArea rows={2} maxLength={512} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}

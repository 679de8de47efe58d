/** The last question before a measure: repeats in words what it will do, and asks why. */
import { Alert, Form, Input, Modal, Typography } from 'antd';
import type { Words } from '../../../panels/words.ts';
import { type Order, useOrder } from '../measures.ts';
import { usePreferences } from '../preferences.tsx';
import { EMERGENCY } from '../words/emergency.ts';

export interface MeasureDialogProps {
  /** What is to be told, but for the reason. */
  readonly order: Omit<Order, 'reason'>;
  /** What is done, as the button says it. */
  readonly action: Words;
  /** What it does, a sentence each. */
  readonly effects: readonly Words[];
  readonly onClosed: () => void;
}

export function MeasureDialog({ order, action, effects, onClosed }: MeasureDialogProps) {
  const { pick } = usePreferences();
  const [form] = Form.useForm<{ readonly reason: string }>();
  const telling = useOrder(onClosed);
  const isUndoing = order.kind === 'undo' || order.kind === 'unfreeze';
  return (
    <Modal
      open
      title={pick(action)}
      okText={pick(action)}
      cancelText={pick(EMERGENCY.back)}
      okButtonProps={{ danger: !isUndoing, loading: telling.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <Alert
        type={isUndoing ? 'info' : 'warning'}
        showIcon
        style={{ marginBottom: 16 }}
        title={pick(EMERGENCY.youAreAboutTo)}
        description={effects.map((effect) => (
          <Typography.Paragraph key={effect.en} style={{ marginBottom: 4 }}>
            {pick(effect)}
          </Typography.Paragraph>
        ))}
      />
      <Form
        form={form}
        layout="vertical"
        onFinish={({ reason }) => telling.mutate({ ...order, reason: reason.trim() })}
      >
        <Form.Item
          name="reason"
          label={pick(EMERGENCY.reason)}
          extra={pick(EMERGENCY.reasonHint)}
          rules={[{ required: true, whitespace: true, max: 512, message: pick(EMERGENCY.reason) }]}
        >
          <Input.TextArea rows={2} maxLength={512} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}

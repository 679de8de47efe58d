/** Signing secrets, shown the one time that they are told. */
import { Alert, Modal, Typography } from 'antd';
import { usePreferences } from '../preferences.tsx';
import type { ToldSecret } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';

export interface SecretDialogProps {
  readonly secrets: readonly ToldSecret[];
  readonly onClosed: () => void;
}

export function SecretDialog({ secrets, onClosed }: SecretDialogProps) {
  const { pick } = usePreferences();
  return (
    <Modal
      open
      title={pick(WEBHOOKS.secretOnce)}
      okText={pick(WEBHOOKS.copied)}
      onOk={onClosed}
      onCancel={onClosed}
      cancelButtonProps={{ style: { display: 'none' } }}
      mask={{ closable: false }}
    >
      <Alert type="warning" showIcon title={pick(WEBHOOKS.secretHint)} style={{ marginBottom: 12 }} />
      {secrets.map(({ id, scheme, secret }) => (
        <Typography.Paragraph key={id} copyable={{ text: secret }}>
          {scheme} <code style={{ overflowWrap: 'anywhere' }}>{secret}</code>
        </Typography.Paragraph>
      ))}
    </Modal>
  );
}

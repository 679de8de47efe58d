/** The last question before a word is given: on what, how much in all, and why. */
import { Alert, Flex, Input, Modal, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import type { Held } from '../api.ts';
import { toldOf } from '../faults.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { Refusal } from '../refusal.ts';
import { APPROVAL_TEXTS } from '../words/approvals.ts';
import type { Subject, Word } from './verdicts.ts';

const SHOWN_MAX = 10;

export interface VerdictDialogProps {
  readonly word: Word;
  /** Null while a batch is still being looked up. */
  readonly subject: Subject | null;
  readonly error: Error | null;
  readonly isBusy: boolean;
  readonly onSaid: (note: string) => void;
  readonly onClosed: () => void;
}

export function VerdictDialog({ word, subject, error, isBusy, onSaid, onClosed }: VerdictDialogProps) {
  const { say, pick, language } = usePreferences();
  const { money } = useFormats();
  const [note, setNote] = useState('');
  const batch = subject?.batch;
  const isChanged = batch !== undefined && error instanceof Refusal && [404, 409].includes(error.status);
  return (
    <Modal
      open
      title={batch === undefined ? say(word) : `${say(word)} · ${pick(APPROVAL_TEXTS.batch)} ${batch}`}
      okText={say(word)}
      okButtonProps={{ danger: word === 'deny', loading: isBusy, disabled: subject === null }}
      onOk={() => onSaid(note)}
      onCancel={onClosed}
    >
      <Flex vertical gap={8}>
        {subject === null ? <Skeleton active /> : <Spoken holds={subject.holds} />}
        {subject !== null && (
          <strong>
            {subject.holds.length} {pick(APPROVAL_TEXTS.transfers)} · {pick(APPROVAL_TEXTS.total)}{' '}
            {totalsOf(subject.holds).map(money).join(' + ')}
          </strong>
        )}
        <Input.TextArea
          value={note}
          maxLength={512}
          rows={3}
          placeholder={say('noteHint')}
          aria-label={say('note')}
          onChange={({ target }) => setNote(target.value)}
        />
        {error !== null && (
          <Alert
            type="error"
            showIcon
            title={isChanged ? pick(APPROVAL_TEXTS.batchChanged) : toldOf(error, language)}
          />
        )}
      </Flex>
    </Modal>
  );
}

function Spoken({ holds }: { readonly holds: readonly Held[] }) {
  const { money } = useFormats();
  return (
    <Flex gap={4} wrap>
      {holds.slice(0, SHOWN_MAX).map(({ transferId, amount }) => (
        <Tag key={transferId}>
          {transferId} · {money(amount)}
        </Tag>
      ))}
      {holds.length > SHOWN_MAX && <Tag>+{holds.length - SHOWN_MAX}</Tag>}
    </Flex>
  );
}

/** Sums by currency: different ones are never added up. */
export function totalsOf(holds: readonly Held[]): readonly Held['amount'][] {
  const sums = new Map<string, number>();
  for (const { amount } of holds) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.minor);
  return [...sums].map(([currency, minor]) => ({ minor, currency }));
}

/** A word on held transfers, from the question to what came of it. */
import { useQuery } from '@tanstack/react-query';
import { App } from 'antd';
import type { Held } from '../api.ts';
import { usePreferences } from '../preferences.tsx';
import { APPROVAL_TEXTS } from '../words/approvals.ts';
import { REFUSAL_WORDS } from '../words/refusals.ts';
import { VerdictDialog } from './dialog.tsx';
import { type Refused, type Subject, useVerdict, type Word, waitingOf } from './verdicts.ts';

/** What is about to be said: on chosen transfers, or on a batch that is looked up first. */
export interface Asked {
  readonly word: Word;
  readonly batch?: string;
}

interface SayingProps {
  readonly asked: Asked;
  readonly chosen: readonly Held[];
  readonly onClosed: (isSaid: boolean) => void;
}

export function Saying({ asked: { word, batch }, chosen, onClosed }: SayingProps) {
  const tell = useOutcome();
  const verdict = useVerdict((refused) => {
    tell(refused);
    onClosed(true);
  });
  const unit = useQuery({
    queryKey: ['batch', batch],
    queryFn: () => waitingOf(batch ?? ''),
    enabled: batch !== undefined,
    // What the person saw is what is approved: it does not change under their eyes.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const subject: Subject | null =
    batch === undefined ? { holds: chosen } : unit.data === undefined ? null : { batch, holds: unit.data };
  return (
    <VerdictDialog
      word={word}
      subject={subject}
      error={verdict.error ?? unit.error}
      isBusy={verdict.isPending}
      onSaid={(note) => subject !== null && verdict.mutate({ word, subject, note })}
      onClosed={() => onClosed(false)}
    />
  );
}

/** Tells how it went; where some were refused, which and why. */
function useOutcome(): (refused: readonly Refused[]) => void {
  const { say, pick, language } = usePreferences();
  const { message, modal } = App.useApp();
  return (refused) => {
    if (refused.length === 0) {
      void message.success(say('done'));
      return;
    }
    modal.warning({
      title: `${pick(APPROVAL_TEXTS.refusedSome)}: ${refused.length}`,
      width: 560,
      content: (
        <>
          <p>{pick(APPROVAL_TEXTS.refusedWhich)}</p>
          <ul style={{ maxHeight: 320, overflow: 'auto', paddingInlineStart: 20 }}>
            {refused.map(({ transferId, code, detail }) => (
              <li key={transferId}>
                <strong>{transferId}</strong>
                <br />
                {REFUSAL_WORDS[code]?.[language] ?? detail}
              </li>
            ))}
          </ul>
        </>
      ),
    });
  };
}

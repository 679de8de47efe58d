/** Batches that wait, each of which is approved or denied as one unit. */
import { Button, Card, Flex } from 'antd';
import type { Held } from '../api.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { APPROVAL_TEXTS } from '../words/approvals.ts';
import { totalsOf } from './dialog.tsx';
import type { Word } from './verdicts.ts';

export interface BatchesProps {
  readonly holds: readonly Held[];
  /** False where more waits than is shown: what a batch comes to is then known only when it is asked for. */
  readonly isAll: boolean;
  readonly onAsked: (word: Word, batch: string) => void;
}

export function Batches({ holds, isAll, onAsked }: BatchesProps) {
  const { pick } = usePreferences();
  const { money } = useFormats();
  const batches = Map.groupBy(
    holds.filter(({ batch }) => batch !== undefined),
    ({ batch }) => batch as string,
  );
  if (batches.size === 0) return null;
  return (
    <Card size="small" title={pick(APPROVAL_TEXTS.batches)} style={{ marginBottom: 12 }}>
      <Flex vertical gap={8}>
        {[...batches].map(([batch, some]) => (
          <Flex
            key={batch}
            gap={8}
            wrap
            align="center"
            role="group"
            aria-label={`${pick(APPROVAL_TEXTS.batch)} ${batch}`}
          >
            <strong style={{ overflowWrap: 'anywhere' }}>{batch}</strong>
            <span>
              {isAll ? '' : '≥ '}
              {some.length} {pick(APPROVAL_TEXTS.transfers)} · {totalsOf(some).map(money).join(' + ')}
            </span>
            <Button size="small" onClick={() => onAsked('approve', batch)}>
              {pick(APPROVAL_TEXTS.approveBatch)}
            </Button>
            <Button size="small" danger onClick={() => onAsked('deny', batch)}>
              {pick(APPROVAL_TEXTS.denyBatch)}
            </Button>
          </Flex>
        ))}
      </Flex>
    </Card>
  );
}

/** Transfers that wait for a person: look, then approve or deny, one or several at once, or a batch as one unit. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Button, Flex } from 'antd';
import { useState } from 'react';
import { ask, type Held, query, type Waiting } from '../api.ts';
import { Batches } from '../approvals/batches.tsx';
import { Holds } from '../approvals/holds.tsx';
import { type Asked, Saying } from '../approvals/saying.tsx';
import type { Word } from '../approvals/verdicts.ts';
import { useMay } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MaskedNote } from '../parts/masked.tsx';
import { Page } from '../parts/page.tsx';
import { usePreferences } from '../preferences.tsx';
import { APPROVAL_TEXTS } from '../words/approvals.ts';

const REFRESH_MS = 5_000;
const PAGE = 200;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Approvals() {
  const { say, pick } = usePreferences();
  const { approve: mayApprove } = useMay();
  const [chosen, setChosen] = useState<readonly Held[]>([]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const waiting = useWaiting();
  return (
    <Page
      title={say('waiting')}
      extra={mayApprove && <Buttons chosen={chosen} onChosen={setChosen} onAsked={(word) => setAsked({ word })} />}
    >
      <Alert
        type="info"
        showIcon
        title={mayApprove ? pick(APPROVAL_TEXTS.rule) : say('mayNot')}
        style={{ marginBottom: 8 }}
      />
      <MaskedNote />
      <Loaded query={waiting} isEmpty={(items) => items.length === 0}>
        {(items) => (
          <>
            {mayApprove && (
              <Batches
                holds={items}
                isAll={!waiting.hasNextPage}
                onAsked={(word, batch) => setAsked({ word, batch })}
              />
            )}
            <Holds holds={items} chosen={mayApprove ? chosen : null} onChosen={setChosen} />
          </>
        )}
      </Loaded>
      {waiting.hasNextPage && (
        <Button
          block
          style={{ marginTop: 8 }}
          loading={waiting.isFetchingNextPage}
          onClick={() => void waiting.fetchNextPage()}
        >
          {say('more')}
        </Button>
      )}
      {asked !== null && (
        <Saying
          asked={asked}
          chosen={chosen}
          onClosed={(isSaid) => {
            setAsked(null);
            if (isSaid && asked.batch === undefined) setChosen([]);
          }}
        />
      )}
    </Page>
  );
}

function useWaiting() {
  return useInfiniteQuery({
    queryKey: ['waiting'],
    queryFn: ({ pageParam }) =>
      ask<Waiting>(`/v1/decisions${query({ waiting: 'true', limit: PAGE, cursor: pageParam })}`),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

interface ButtonsProps {
  readonly chosen: readonly Held[];
  readonly onChosen: (holds: readonly Held[]) => void;
  readonly onAsked: (word: Word) => void;
}

function Buttons({ chosen, onChosen, onAsked }: ButtonsProps) {
  const { say, pick } = usePreferences();
  return (
    <Flex gap={8} align="center" wrap>
      {chosen.length > 0 && (
        <>
          <span aria-live="polite">
            {chosen.length} {say('chosen')}
          </span>
          <Button type="link" onClick={() => onChosen([])}>
            {pick(APPROVAL_TEXTS.clear)}
          </Button>
        </>
      )}
      <Button type="primary" disabled={chosen.length === 0} onClick={() => onAsked('approve')}>
        {say('approve')}
      </Button>
      <Button danger disabled={chosen.length === 0} onClick={() => onAsked('deny')}>
        {say('deny')}
      </Button>
    </Flex>
  );
}

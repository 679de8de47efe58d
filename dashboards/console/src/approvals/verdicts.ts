/** A person's word on held transfers, as the API takes it: one by one, or a whole batch as a unit. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, type Held, query, type Waiting } from '../api.ts';
import { lookAgain } from '../look-again.ts';
import { Refusal, refusalIn } from '../refusal.ts';

export type Word = 'approve' | 'deny';

/** What is spoken of: some transfers, or all that waits of a batch. */
export interface Subject {
  readonly batch?: string;
  readonly holds: readonly Held[];
}

export interface Refused {
  readonly transferId: string;
  readonly code: string;
  readonly detail: string;
}

const SAID_AT_ONCE = 100;
const PAGE = 200;

export function useVerdict(onSaid: (refused: readonly Refused[]) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ word, subject, note }: { word: Word; subject: Subject; note: string }) =>
      say(word, subject, note.trim()),
    onSettled: () => lookAgain(client, ['waiting', 'decision']),
    onSuccess: onSaid,
  });
}

/** All that waits of a batch: the unit is what the person saw. */
export async function waitingOf(batch: string): Promise<readonly Held[]> {
  const holds: Held[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Waiting = await ask<Waiting>(`/v1/decisions${query({ waiting: 'true', batch, limit: PAGE, cursor })}`);
    holds.push(...page.items);
    if (page.next === null) return holds;
    cursor = page.next;
  }
}

async function say(action: Word, { batch, holds }: Subject, text: string): Promise<readonly Refused[]> {
  const note = text === '' ? {} : { note: text };
  if (batch !== undefined) return send({ batch, transfers: holds.length, action, ...note }, holds);
  const refused: Refused[] = [];
  for (let first = 0; first < holds.length; first += SAID_AT_ONCE) {
    const some = holds.slice(first, first + SAID_AT_ONCE);
    const bodies = some.map(({ transferId, revision }) => ({ transferId, revision, action, ...note }));
    refused.push(...(await send(bodies, some)));
  }
  return refused;
}

async function send(body: unknown, holds: readonly Held[]): Promise<readonly Refused[]> {
  try {
    await ask('/v1/approvals?wait=decision', body);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 422 || error.fields.length === 0) throw error;
    return error.fields.map(({ path, message }) => {
      const { code, detail } = refusalIn(message);
      // A batch is answered in the order in which it waits, which is that of the list.
      return { transferId: holds[Number(path.slice(1))]?.transferId ?? '', code, detail };
    });
  }
}

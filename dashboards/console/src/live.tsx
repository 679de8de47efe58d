/**
 * Keeps what is shown up to date: the server tells which kinds of rows changed, and what shows such rows is loaded
 * again, charts less often than lists. Without that connection everything is loaded again every so often. A tab that
 * nobody looks at does not listen, and loads again when somebody does.
 */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { now } from './clock.ts';
import { session } from './session.ts';

export type LiveState = 'live' | 'reconnecting' | 'stale';
type Kind = 'decisions' | 'approvals' | 'alerts' | 'measures' | 'rules' | 'webhooks';

/** Nothing heard for so long, and the connection counts as broken: the server is heard every 15 seconds. */
const SILENCE_MS = 40_000;
const RETRY_MS = [1_000, 2_000, 5_000, 15_000];
/** Lost for so long, what is shown counts as old. */
const STALE_AFTER_MS = 10_000;
/** While the connection is there, everything is loaded again so often all the same. */
const SELDOM_MS = 60_000;

/** Which data a kind of rows is part of, by the first word of their keys. */
const SHOWN_BY: { readonly [kind in Kind]: RegExp } = {
  decisions: /^(panel|party|decision)$/,
  approvals: /^(waiting|approval|decision|panel)/,
  alerts: /^(alert|party|panel$)/,
  measures: /^(emergency|party|panel$)/,
  rules: /^(rules|rule-|setting|me$|panel$)/,
  webhooks: /^webhook/,
};

/** What costs more is loaded again less often. */
const LEAST_MS: { readonly [word: string]: number } = { panel: 10_000, party: 3_000, alerts: 2_000 };
const LEAST_ELSE_MS = 1_000;

const LiveContext = createContext<LiveState>('reconnecting');

export function useLive(): LiveState {
  return useContext(LiveContext);
}

/** How often to load again: as often as asked for, or seldom while changes are told. */
export function useRefreshMs(pollMs: number): number {
  return useLive() === 'live' ? Math.max(pollMs, SELDOM_MS) : pollMs;
}

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('reconnecting');
  useEffect(() => {
    const reloads = new Reloads(client);
    let connection: Connection | null = null;
    const look = () => {
      if (document.visibilityState === 'visible') {
        connection ??= new Connection((kinds) => reloads.take(kinds), setState);
      } else {
        connection?.close();
        connection = null;
      }
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      connection?.close();
      reloads.stop();
    };
  }, [client]);
  return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}

/** Loads again what shows rows of the kinds that changed; each sort of data so often at most. */
class Reloads {
  readonly #client: QueryClient;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #doneAt = new Map<string, number>();

  constructor(client: QueryClient) {
    this.#client = client;
  }

  /** Null: anything may have changed. */
  take(kinds: readonly Kind[] | null): void {
    const active = this.#client.getQueryCache().findAll({ type: 'active' });
    for (const word of new Set(active.map(({ queryKey }) => String(queryKey[0])))) {
      const isShown = kinds === null ? word !== 'me' : kinds.some((kind) => SHOWN_BY[kind]?.test(word));
      if (isShown && !this.#timers.has(word)) this.#schedule(word);
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #schedule(word: string): void {
    const due = (this.#doneAt.get(word) ?? 0) + (LEAST_MS[word] ?? LEAST_ELSE_MS) - now();
    const reload = () => {
      this.#timers.delete(word);
      this.#doneAt.set(word, now());
      void this.#client.invalidateQueries({ queryKey: [word], type: 'active' }, { cancelRefetch: false });
    };
    this.#timers.set(word, setTimeout(reload, Math.max(0, due)));
  }
}

/** The connection, made again whenever it breaks, until closed. */
class Connection {
  readonly #onChange: (kinds: readonly Kind[] | null) => void;
  readonly #onState: (state: LiveState) => void;
  readonly #closed = new AbortController();
  /** Set while the connection is lost. */
  #staleTimer: ReturnType<typeof setTimeout> | null = null;
  #tries = 0;
  #isFirst = true;

  constructor(onChange: (kinds: readonly Kind[] | null) => void, onState: (state: LiveState) => void) {
    this.#onChange = onChange;
    this.#onState = onState;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
    if (this.#staleTimer !== null) clearTimeout(this.#staleTimer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        await this.#listen();
      } catch {
        // Why it broke is of no use to anybody here: it is made again, and what was told meanwhile is loaded.
      }
      if (signal.aborted) return;
      this.#lost();
      const waitMs = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** Listens until it breaks. */
  async #listen(): Promise<void> {
    const broken = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, broken.signal]);
    let silence = setTimeout(() => broken.abort(), SILENCE_MS);
    try {
      const response = await fetch('/v1/live', { headers: await session.headers('GET'), signal });
      // Who may no longer listen is no longer signed in, or not for this: whatever is asked next tells.
      if (response.status === 401) this.#onChange(null);
      if (!response.ok || response.body === null) return;
      this.#heard();
      const events = new EventReader();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => broken.abort(), SILENCE_MS);
        for (const { event, data } of events.take(value)) {
          if (event === 'changed') this.#onChange(JSON.parse(data) as Kind[]);
          if (event === 'ended') this.#onChange(null);
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #lost(): void {
    if (this.#staleTimer !== null) return;
    this.#onState('reconnecting');
    this.#staleTimer = setTimeout(() => this.#onState('stale'), STALE_AFTER_MS);
  }

  #heard(): void {
    if (this.#staleTimer !== null) clearTimeout(this.#staleTimer);
    this.#staleTimer = null;
    this.#tries = 0;
    this.#onState('live');
    // What changed while nobody listened was told nobody.
    if (!this.#isFirst || document.hidden) this.#onChange(null);
    this.#isFirst = false;
  }
}

/** Server-sent events, put together from pieces. */
class EventReader {
  #text = '';

  take(piece: string): { readonly event: string; readonly data: string }[] {
    this.#text += piece;
    const parts = this.#text.split('\n\n');
    this.#text = parts.pop() ?? '';
    return parts.map((part) => {
      const fields = new Map(
        part.split('\n').map((line) => {
          const at = line.indexOf(': ');
          return [line.slice(0, at), line.slice(at + 2)] as const;
        }),
      );
      return { event: fields.get('event') ?? '', data: fields.get('data') ?? '' };
    });
  }
}

/** Asks the API. Types are those of the schemas by which the server answers. */
import type { z } from 'zod';
import type { alertBody, detailBody, listBody } from '../../api/alerts.ts';
import type { dataBody, listBody as panelListBody } from '../../api/panels.ts';
import type { partyBody } from '../../api/parties.ts';
import type { meBody, rulesBody, systemBody } from '../../api/workplace.ts';

export type Alert = z.infer<typeof alertBody>;
export type AlertPage = z.infer<typeof listBody>;
export type AlertDetail = z.infer<typeof detailBody>;
export type Leg = AlertDetail['legs'][number];
/** A decision in its JSON form: the record, whose schema is declared for Avro first, and what the API adds. */
export interface Held {
  readonly transferId: string;
  readonly revision: number;
  readonly outcome: 'accept' | 'hold' | 'reject';
  readonly status: string;
  readonly at: string;
  readonly seen: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly amount: Money;
  readonly base: Money;
  readonly approvalsRequired: number;
  readonly approvalsGiven: number;
  readonly expiresAt?: string;
  readonly by?: string;
  readonly reasons: readonly {
    readonly code: string;
    readonly rule?: string;
    readonly en: string;
    readonly zh: string;
  }[];
  readonly waiting: boolean;
}
export interface Waiting {
  readonly items: readonly Held[];
  readonly next: string | null;
}
export type DecisionDetail = Held & { readonly earlier: readonly Held[] };
interface Money {
  readonly minor: number;
  readonly currency: string;
}
export type Party = z.infer<typeof partyBody>;
export type Me = z.infer<typeof meBody>;
export type Rules = z.infer<typeof rulesBody>;
export type System = z.infer<typeof systemBody>;
export type PanelList = z.infer<typeof panelListBody>;
export type PanelFacts = PanelList['items'][number];
export type PanelData = z.infer<typeof dataBody>;

/** A refusal of the server, as RFC 9457 has it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

const KEPT = 'weir-key';

/** In the tab alone: closing it signs out. */
export const session = {
  get key(): string | null {
    return sessionStorage.getItem(KEPT);
  },
  signIn(key: string): void {
    sessionStorage.setItem(KEPT, key);
  },
  signOut(): void {
    sessionStorage.removeItem(KEPT);
  },
};

export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const headers = {
    authorization: `Bearer ${session.key ?? ''}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(path, { headers, ...sent });
  if (!response.ok) throw new Refusal(response.status, await messageOf(response));
  return (await response.json()) as T;
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { title, detail, errors } = (await response.json()) as {
      title?: string;
      detail?: string;
      errors?: { message?: string }[];
    };
    return [detail ?? title ?? response.statusText, ...(errors ?? []).map(({ message }) => message)].join(' ');
  } catch {
    // A proxy’s page has no problem to tell.
    return `${response.status} ${response.statusText}`;
  }
}

/** A query string without what was left out. */
export function query(parts: { readonly [name: string]: string | number | undefined | null }): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

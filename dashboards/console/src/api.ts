/** Asks the API. Types are those of the schemas by which the server answers. */
import type { z } from 'zod';
import type { alertBody, detailBody, listBody } from '../../api/alerts.ts';
import type { dataBody, listBody as panelListBody } from '../../api/panels.ts';
import type { partyBody } from '../../api/parties.ts';
import type { partyChangesBody } from '../../api/party-changes.ts';
import type { flowBody } from '../../api/party-flow.ts';
import type { changesBody, RuleExemptions as Exemptions, rulesBody } from '../../api/rules.ts';
import type { settingChangesBody } from '../../api/settings.ts';
import type { colleaguesBody, meBody, systemBody } from '../../api/workplace.ts';
import { refusalOf } from './refusal.ts';
import { session } from './session.ts';

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
  readonly maker?: string;
  readonly batch?: string;
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
export type PartyFlow = z.infer<typeof flowBody>;
export type PartyChanges = z.infer<typeof partyChangesBody>;
export type Colleagues = z.infer<typeof colleaguesBody>;
export type Me = z.infer<typeof meBody>;
export type Rules = z.infer<typeof rulesBody>;
export type RuleExemptions = Exemptions;
export type RuleChanges = z.infer<typeof changesBody>;
export type SettingChanges = z.infer<typeof settingChangesBody>;
export type System = z.infer<typeof systemBody>;
export type PanelList = z.infer<typeof panelListBody>;
export type PanelFacts = PanelList['items'][number];
export type PanelData = z.infer<typeof dataBody>;

interface Asked {
  /** POST where there is a body, GET where there is none. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
}

export async function ask<T>(
  path: string,
  body?: unknown,
  { method = body === undefined ? 'GET' : 'POST' }: Asked = {},
): Promise<T> {
  const headers = {
    ...(await session.headers(method)),
    // What goes wrong is told in the language of the page.
    'accept-language': document.documentElement.lang,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const response = await fetch(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await refusalOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A query string without what was left out. */
export function query(parts: { readonly [name: string]: string | number | undefined | null }): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

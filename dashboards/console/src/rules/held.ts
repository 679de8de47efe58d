/** A change of a rule: what the form holds, and what is sent of it. */
import { type Rule, toForm, toSend } from './values.ts';

type When = Rule['groups'][number]['when'];

export interface HeldGroup {
  readonly when: When;
  readonly judged: 'same' | 'yes' | 'no';
  readonly options: { readonly [name: string]: unknown };
}

/** What the form holds. */
export interface Held {
  readonly mode: 'on' | 'shadow' | 'off';
  readonly options: { readonly [name: string]: unknown };
  readonly groups: readonly HeldGroup[];
}

export interface Change {
  readonly enabled: boolean;
  readonly shadow: boolean;
  readonly options: { readonly [name: string]: unknown };
  readonly segments?: readonly {
    readonly when: When;
    readonly enabled?: boolean;
    readonly options?: { readonly [name: string]: unknown };
  }[];
}

export type Asked = Change & { readonly revision: number };

const JUDGED = { same: undefined, yes: true, no: false } as const;

export function heldOf(rule: Rule): Held {
  const held = (options: { readonly [name: string]: unknown }) =>
    Object.fromEntries(
      rule.options
        .filter(({ name }) => options[name] !== undefined)
        .map((option) => [option.name, toForm(option, options[option.name])]),
    );
  return {
    mode: rule.enabled ? (rule.shadow ? 'shadow' : 'on') : 'off',
    options: held(Object.fromEntries(rule.options.map(({ name, value }) => [name, value]))),
    groups: rule.groups.map(({ when, enabled, options }) => ({
      when,
      judged: enabled === null ? 'same' : enabled ? 'yes' : 'no',
      options: held(options),
    })),
  };
}

/** Of what the form holds, what differs from what is in force: the rest stays as it was written. */
export function changeOf(rule: Rule, held: Held, currency: string): Change {
  const before = heldOf(rule);
  const sent = (options: { readonly [name: string]: unknown }, isSent: (name: string) => boolean) =>
    Object.fromEntries(
      rule.options
        .filter(({ name }) => options[name] !== undefined && isSent(name))
        .map((option) => [option.name, toSend(option, options[option.name], currency)]),
    );
  const differs = (name: string) => !isSame(held.options[name], before.options[name]);
  const change = {
    enabled: held.mode !== 'off',
    shadow: held.mode === 'off' ? rule.shadow : held.mode === 'shadow',
    options: sent(held.options, differs),
  };
  if (isSame(held.groups, before.groups)) return change;
  const segments = held.groups.map(({ when, judged, options }) => {
    const enabled = JUDGED[judged];
    return { when, ...(enabled === undefined ? {} : { enabled }), options: sent(options, () => true) };
  });
  return { ...change, segments };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The field that a mistake stands at, by the path that the server tells; null where there is none. */
export function placeOf(pointer: string, held: Held): (string | number)[] | null {
  const [first = '', second = '', third = '', fourth = ''] = pointer.split('/').slice(1);
  if (first === 'options' && held.options[second] !== undefined) return ['options', second];
  const group = held.groups[Number(second)];
  if (first === 'segments' && third === 'options' && group?.options[fourth] !== undefined) {
    return ['groups', Number(second), 'options', fourth];
  }
  return null;
}

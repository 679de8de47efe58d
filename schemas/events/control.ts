/**
 * Control (控制): everything that can change a judgement and is no event of a customer. It goes to
 * every partition in one commit, so all tasks change their minds at one place in their order.
 */
import { choice, flag, type Inner, id, instant, list, long, maybe, nested, record, text } from '../declare.ts';

export const rateRecord = record(
  'Rate',
  'An exchange rate into the base currency: baseMinor = minor × numerator ÷ denominator, half to even.',
  {
    currency: id('Currency that is converted.', 3),
    numerator: long('Numerator, in base minor units.', 1, 1_000_000_000_000),
    denominator: long('Denominator, in minor units of the currency.', 1, 1_000_000_000_000),
  },
  { currency: 'USD', numerator: 71_850, denominator: 10_000 },
);

export const controlRecord = record(
  'Control',
  'A tick of the clock, settings, a part of a list, exchange rates, a rule switched off or on, or an emergency measure: a freeze, payouts stopped, limits tightened, and their undoing.',
  {
    controlId: id('Names this message.'),
    at: instant('When it holds from; for a tick, the time it is.'),
    kind: choice('What it is; the fields below belong to one kind each.', 'ControlKind', [
      'tick',
      'settings',
      'list-part',
      'list-close',
      'rates',
      'freeze',
      'unfreeze',
      'rule-switch',
      'stop-payouts',
      'tighten',
      'undo',
    ]),
    by: maybe(id('Who did it.')),
    reason: maybe(text('Why.', 512)),
    settings: maybe(text('settings: the whole settings as canonical JSON, without line breaks.', 1_000_000)),
    list: maybe(id('list-part, list-close: name of the list.', 64)),
    listVersion: maybe(
      id('list-part, list-close: version of the list; a version counts from its closing entry on.', 64),
    ),
    members: list(id('list-part: party or account on the list.'), 10_000),
    rates: list(nested('rates: one rate.', rateRecord), 200),
    party: maybe(id('freeze, unfreeze: party or account.')),
    until: maybe(instant('freeze, stop-payouts, tighten: when it ends by itself.')),
    rule: maybe(id('rule-switch: the rule.', 64)),
    enabled: maybe(flag('rule-switch: on or off.')),
    segment: maybe(
      text(
        'stop-payouts, tighten: the customers it is for, as kind:person, tag:merchant or grade:D; all where absent.',
        64,
      ),
    ),
    percent: maybe(long('tighten: limits are multiplied by so many percent.', 0, 99)),
    measure: maybe(id('undo: the measure, by the controlId of the entry that brought it.')),
  },
  { controlId: 'tick-1772329800', at: '2026-03-01T09:30:00+08:00', kind: 'tick' },
);

export type Control = Inner<typeof controlRecord>;
export type Rate = Inner<typeof rateRecord>;

/** How a segment of customers is written. */
export const SEGMENT = /^(kind:(person|organisation)|grade:[ABCD]|tag:[^\s:]{1,32})$/;

/** What no kind says unless it is its own: each fills in its fields. */
const SAYS_NOTHING = {
  by: null,
  reason: null,
  settings: null,
  list: null,
  listVersion: null,
  members: [],
  rates: [],
  party: null,
  until: null,
  rule: null,
  enabled: null,
  segment: null,
  percent: null,
  measure: null,
} satisfies Partial<Control>;

/** A control entry of which only what belongs to its kind is given. */
export function controlEntry(
  said: Pick<Control, 'controlId' | 'at' | 'kind'> & { readonly [field in keyof Control]?: Control[field] | undefined },
): Control {
  return { ...SAYS_NOTHING, ...said } as Control;
}

/** The clock's entry. */
export function tickEntry(at: number, controlId: string): Control {
  return controlEntry({ controlId, at, kind: 'tick' });
}

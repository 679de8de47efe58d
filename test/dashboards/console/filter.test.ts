import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlertFilter,
  askedOf,
  filterOf,
  ME,
  SPANS_MS,
  searchOf,
  TO_DO,
} from '../../../dashboards/console/src/alerts/filter.ts';

const NOW = Date.parse('2026-03-02T00:00:00Z');
const asked = (search: string) => askedOf(filterOf(search), { me: 'chen', now: NOW });

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const anyFilter: fc.Arbitrary<AlertFilter> = fc.record(
  {
    status: fc.constantFrom('unclosed', 'any', 'open', 'reporting', 'closed'),
    quiet: fc.constantFrom('hidden', 'shown', 'only'),
    severity: fc.constantFrom('low', 'critical'),
    family: fc.constantFrom('aml', 'limits'),
    rule: text,
    assignee: text,
    subject: text,
    escalated: fc.constant('true'),
    since: fc.constantFrom(...(Object.keys(SPANS_MS) as (keyof typeof SPANS_MS)[])),
    from: fc.constant('2026-03-01T00:00:00.000Z'),
  },
  { requiredKeys: ['status', 'quiet'] },
);

describe('the filter of alerts', () => {
  it('comes back from its address as it went in', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(filterOf(searchOf(filter))).toEqual(filter);
      }),
    );
  });

  it('is what is to do where the address says nothing, or nothing that means something', () => {
    expect(searchOf(TO_DO)).toBe('');
    expect(filterOf('status=&severity=mild&since=1y&from=soon&color=red&toString=x&severity=toString')).toEqual(TO_DO);
  });

  it('asks for what is not closed and not quiet, of whoever looks, within a time up to now', () => {
    expect(asked('')).toEqual({ closed: 'false', quieted: 'false' });
    expect(asked('status=any&quiet=shown')).toEqual({});
    expect(asked('status=closed&quiet=only')).toEqual({ status: 'closed', quieted: 'true' });
    expect(asked(`assignee=${ME}&quiet=shown`)).toEqual({ closed: 'false', assignee: 'chen' });
    expect(asked('since=24h&from=2020-01-01T00:00:00Z&quiet=shown')).toEqual({
      closed: 'false',
      from: '2026-03-01T00:00:00.000Z',
    });
  });
});

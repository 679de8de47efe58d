/** What of a request’s trace context is taken. */
import { expect, it } from 'vitest';
import { traceHeadersOf } from '../../../runtime/http/trace-headers.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it.each([
  [TRACE, TRACE],
  [undefined, undefined],
  ['', undefined],
  ['01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', undefined],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01', undefined],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', undefined],
  [`${TRACE}-more`, undefined],
])('is taken where it is valid, and else ignored: %s', (traceparent, trace) => {
  expect(traceHeadersOf({ headers: traceparent === undefined ? {} : { traceparent } }).trace).toBe(trace);
});

it.each([
  ['congo=t61rcWkgMzE,rojo=00f067aa0ba902b7', 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7'],
  ['x'.repeat(512), 'x'.repeat(512)],
  ['x'.repeat(513), undefined],
  ['', undefined],
  ['名=1', undefined],
])('takes the state beside it where that is valid: %s', (tracestate, traceState) => {
  expect(traceHeadersOf({ headers: { traceparent: TRACE, tracestate } }).traceState).toBe(traceState);
});

it('takes no state alone', () => {
  expect(traceHeadersOf({ headers: { tracestate: 'congo=t61rcWkgMzE' } })).toEqual({});
});

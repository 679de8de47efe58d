/** What people see at a terminal, and what a file or a service manager gets in its place. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Flow, RecentLatencies, renderFlow } from '../../commands/status-line.ts';
import { formatCount, type Screen, Terminal, table, widthOf } from '../../commands/terminal.ts';

function screen(facts: { isTTY?: boolean; columns?: number }) {
  const stream = new PassThrough();
  const text = () => String(stream.read() ?? '');
  return { stream: Object.assign(stream, facts) as Screen, text };
}

describe('the live line', () => {
  it('is rewritten in place, and stands below what is printed', () => {
    const { stream, text } = screen({ isTTY: true, columns: 80 });
    const terminal = new Terminal(stream, stream, 'en');
    terminal.live('one');
    terminal.live('two');
    terminal.print('printed');
    terminal.live('');
    expect(text()).toBe('one\r\u001b[Ktwo\r\u001b[Kprinted\ntwo\r\u001b[K');
  });

  it('is cut to the width of the terminal, full-width characters counted twice', () => {
    const { stream, text } = screen({ isTTY: true, columns: 11 });
    new Terminal(stream, stream, 'zh').live('每秒十二笔事件');
    expect(text()).toBe('每秒十二…');
  });

  it('is not shown where the output is no terminal', () => {
    const { stream, text } = screen({});
    new Terminal(stream, stream, 'en').live('one');
    expect(text()).toBe('');
  });
});

describe('a table', () => {
  it('aligns words to the left and numbers to the right, in both scripts', () => {
    const lines = table(
      ['规则', 'Count'],
      [
        ['速度', 1_234],
        ['a', 5],
      ],
    );
    expect(lines).toEqual(['规则  Count', '速度  1,234', 'a         5']);
    expect(new Set(lines.map(widthOf)).size).toBe(1);
  });
});

describe('the line of the flow', () => {
  const flow: Flow = {
    eventsPerSecond: 1_234.4,
    accepted: 52_310,
    held: 112,
    rejected: 43,
    alerts: 87,
    lagMs: 230,
    p99Ms: 6.4,
  };

  it('says the same in both languages', () => {
    expect(renderFlow(flow)).toEqual({
      en: '1,234 events/s · 52,310 accepted · 112 held · 43 rejected · 87 alerts · lag 0.2 s · p99 6.4 ms',
      zh: '每秒 1,234 笔 · 放行 52,310 · 待审 112 · 拒绝 43 · 预警 87 · 积压 0.2 秒 · p99 6.4 毫秒',
    });
  });

  it('says nothing of a latency where nothing was decided', () => {
    expect(renderFlow({ ...flow, p99Ms: null }).en).toMatch(/p99 –$/);
  });
});

describe('recent latencies', () => {
  it('answer what the slowest hundredth took', () => {
    const latencies = new RecentLatencies();
    expect(latencies.p99Ms()).toBeNull();
    for (let value = 1; value <= 100; value++) latencies.add(value);
    expect(latencies.p99Ms()).toBe(100);
    for (let value = 0; value < 10_000; value++) latencies.add(7);
    expect(latencies.p99Ms()).toBe(7);
    latencies.clear();
    expect(latencies.p99Ms()).toBeNull();
  });
});

it('counts are written with commas on every machine', () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
});

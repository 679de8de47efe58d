/** The one line that says how the river flows: events, decisions by outcome, alerts, lag, latency. */
import type { Text } from './terminal.ts';
import { formatCount } from './terminal.ts';

export interface Flow {
  readonly eventsPerSecond: number;
  readonly accepted: number;
  readonly held: number;
  readonly rejected: number;
  readonly alerts: number;
  /** Age of the oldest event that is not yet in ClickHouse; null where there is none. */
  readonly lagMs: number | null;
  /** From append to decision, over the last while; null where nothing was decided. */
  readonly p99Ms: number | null;
}

export function renderFlow(flow: Flow): Text {
  const rate = formatCount(Math.round(flow.eventsPerSecond));
  const [accepted, held, rejected, alerts] = [flow.accepted, flow.held, flow.rejected, flow.alerts].map(formatCount);
  return {
    en: `${rate} events/s · ${accepted} accepted · ${held} held · ${rejected} rejected · ${alerts} alerts · lag ${seconds(flow.lagMs, 's')} · p99 ${millis(flow.p99Ms, 'ms')}`,
    zh: `每秒 ${rate} 笔 · 放行 ${accepted} · 待审 ${held} · 拒绝 ${rejected} · 预警 ${alerts} · 积压 ${seconds(flow.lagMs, '秒')} · p99 ${millis(flow.p99Ms, '毫秒')}`,
  };
}

function seconds(durationMs: number | null, unit: string): string {
  return `${((durationMs ?? 0) / 1_000).toFixed(1)} ${unit}`;
}

function millis(durationMs: number | null, unit: string): string {
  return durationMs === null ? '–' : `${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ${unit}`;
}

/** The last latencies, and what the slowest hundredth of them took. */
export class RecentLatencies {
  readonly #samplesMs = new Float64Array(4_096);
  #count = 0;

  add(latencyMs: number): void {
    this.#samplesMs[this.#count++ % this.#samplesMs.length] = latencyMs;
  }

  p99Ms(): number | null {
    const known = Math.min(this.#count, this.#samplesMs.length);
    if (known === 0) return null;
    const sorted = this.#samplesMs.slice(0, known).sort();
    return sorted[Math.min(known - 1, Math.floor(known * 0.99))] as number;
  }

  /** Forgets all, so that the next figure is of what comes now. */
  clear(): void {
    this.#count = 0;
  }
}

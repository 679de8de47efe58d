import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DemoOptions, type DemoProgress, startDemo } from '../../producers/demo.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { Outcome } from '../../schemas/decision.ts';
import type { Transfer } from '../../schemas/events/transfer.ts';
import { eventIdOf } from '../../schemas/ids.ts';
import type { EventOf, EventTopic } from '../../schemas/journal.ts';
import { labelJson } from '../../schemas/label.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';

const NOON = Date.parse('2026-03-10T12:00:00+08:00');

interface Stored {
  readonly topic: EventTopic;
  readonly event: EventOf<EventTopic>;
  readonly eventId: string;
}

/** A demo at a clock that tests move, and a log that keeps what it was given. */
class Stage {
  readonly folder = temporaryFolder();
  readonly stored: Stored[] = [];
  now = NOON;
  progress: DemoProgress | null = null;

  options(more: Partial<DemoOptions> = {}): DemoOptions {
    return {
      append: async (topic, values) => {
        for (const event of values) this.stored.push({ topic, event, eventId: eventIdOf(topic, event) });
      },
      now: () => this.now,
      seed: 9,
      positionFile: join(this.folder, 'demo.json'),
      parties: 400,
      historyDays: 3,
      eventsPerSecond: 40,
      onProgress: (progress) => {
        this.progress = progress;
      },
      ...more,
    };
  }

  /** Runs a demo until it has sent everything up to `until`, then stops it. */
  async run(until: number, more: Partial<DemoOptions> = {}): Promise<void> {
    const demo = startDemo(this.options(more));
    try {
      await Promise.race([demo.done, eventually('the demo is live', () => this.progress?.phase === 'live')]);
      while (this.now < until) {
        this.now = Math.min(until, this.now + 5 * SECOND_MS);
        await Promise.race([demo.done, eventually('it has caught up', () => this.progress?.sentUntil === this.now)]);
      }
    } finally {
      await demo.stop();
    }
  }

  transfers(): Transfer[] {
    return this.stored.flatMap(({ topic, event }) => (topic === 'transfers' ? [event as Transfer] : []));
  }
}

describe('the demo', () => {
  it('sends customers, then the history of the last days, then live traffic', async () => {
    const stage = new Stage();
    await stage.run(NOON + MINUTE_MS);
    expect(stage.stored.slice(0, 400).every(({ topic }) => topic === 'customers')).toBe(true);
    const times = stage.transfers().map(({ at }) => at);
    expect(times.filter((at) => at < NOON && at > NOON - 4 * DAY_MS).length).toBeGreaterThan(500);
    const live = stage.transfers().filter(({ at, status }) => at >= NOON && status === 'submitted');
    // 40 events a second are some 20 transfers, a little more at noon.
    expect(live.length).toBeGreaterThan(15 * 60);
    expect(live.length).toBeLessThan(35 * 60);
    expect(Math.max(...times)).toBeLessThanOrEqual(NOON + MINUTE_MS);
  });

  it('goes on after a restart as if it had not been stopped', async () => {
    const whole = new Stage();
    await whole.run(NOON + MINUTE_MS);
    const parts = new Stage();
    for (const seconds of [15, 40, 60]) {
      parts.progress = null;
      await parts.run(NOON + seconds * SECOND_MS);
    }
    const ids = (stage: Stage) => stage.stored.map(({ eventId }) => eventId).sort();
    expect(ids(parts)).toEqual(ids(whole));
  });

  it('sends after a crash again what it cannot know was stored, with the same ids', async () => {
    const whole = new Stage();
    await whole.run(NOON + 20 * SECOND_MS);
    const crashed = new Stage();
    let left = 3;
    const dying: Partial<DemoOptions> = {
      append: async (topic, values) => {
        for (const event of values) crashed.stored.push({ topic, event, eventId: eventIdOf(topic, event) });
        if (topic === 'transfers' && --left === 0) throw new Error('power cut');
      },
    };
    await expect(startDemo(crashed.options(dying)).done).rejects.toThrow('power cut');
    await crashed.run(NOON + 20 * SECOND_MS);
    const byId = new Map(whole.stored.map(({ eventId, event }) => [eventId, event]));
    for (const { eventId, event } of crashed.stored) expect(event).toEqual(byId.get(eventId));
    expect(new Set(crashed.stored.map(({ eventId }) => eventId))).toEqual(new Set(byId.keys()));
  });

  it('makes up for the economy but not for visitors after a long pause', async () => {
    const stage = new Stage();
    await stage.run(NOON + 10 * SECOND_MS);
    const before = stage.stored.length;
    stage.now = NOON + 12 * HOUR_MS;
    stage.progress = null;
    await stage.run(stage.now + 5 * SECOND_MS);
    const missed = stage.transfers().slice(-(stage.stored.length - before));
    const during = missed.filter(({ at }) => at > NOON + MINUTE_MS && at < NOON + 12 * HOUR_MS);
    expect(during.length).toBeGreaterThan(50);
    // Twelve hours of visitors would be some 800,000.
    expect(during.length).toBeLessThan(3_000);
  });

  it('plays planted cases, and writes their labels', async () => {
    const stage = new Stage();
    const labelsFile = join(stage.folder, 'labels', 'demo.ndjson');
    const planted = { structuring: 30, 'fan-in': 30, 'shared-device': 30 };
    await stage.run(NOON + 5 * MINUTE_MS, { labelsFile, planted });
    const labels = readFileSync(labelsFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => labelJson.parse(JSON.parse(line)));
    const sent = new Set(stage.transfers().map(({ transferId }) => transferId));
    const whole = labels.filter(({ transferIds }) => transferIds.length > 0 && transferIds.every((id) => sent.has(id)));
    const liveCases = whole.filter(({ transferIds }) => {
      const first = stage.transfers().find(({ transferId }) => transferId === transferIds[0]);
      return (first?.at ?? 0) >= NOON;
    });
    expect(new Set(whole.map(({ case: name }) => name)).size).toBeGreaterThan(3);
    expect(new Set(liveCases.map(({ case: name }) => name)).size).toBeGreaterThanOrEqual(1);
  });

  it('pays only what was accepted, and what was held once it is released', async () => {
    const stage = new Stage();
    const outcomes = new Map<string, Outcome>();
    const outcomeOf = async (transferId: string): Promise<Outcome | null> => {
      // By the last character, so that each outcome comes to a part of them.
      const mark = transferId.charCodeAt(transferId.length - 1) % 8;
      return outcomes.get(transferId) ?? (mark === 0 ? 'reject' : mark === 1 ? 'hold' : mark === 2 ? null : 'accept');
    };
    await stage.run(NOON + 10 * SECOND_MS, { outcomeOf });
    const settled = () =>
      new Set(stage.transfers().flatMap((one) => (one.status === 'settled' ? [one.transferId] : [])));
    const first = settled();
    expect(first.size).toBeGreaterThan(200);
    for (const transferId of first) expect(await outcomeOf(transferId)).toBe('accept');

    const demo = startDemo(stage.options({ outcomeOf }));
    try {
      const held = await eventually('a live transfer is held', async () => {
        stage.now += 5 * SECOND_MS;
        for (const { transferId, at, status } of stage.transfers()) {
          const due = at < stage.now - MINUTE_MS && at > NOON + 15 * SECOND_MS;
          if (due && status === 'submitted' && (await outcomeOf(transferId)) === 'hold') return transferId;
        }
        return null;
      });
      expect(settled()).not.toContain(held);
      outcomes.set(held, 'accept');
      await eventually('the released transfer settles', () => {
        stage.now += 5 * SECOND_MS;
        return settled().has(held);
      });
      const event = stage.transfers().find(({ transferId, status }) => transferId === held && status === 'settled');
      expect(event?.at).toBeGreaterThan(NOON + MINUTE_MS);
    } finally {
      await demo.stop();
    }
  });

  it('waits while the log is full, and loses nothing', async () => {
    const whole = new Stage();
    await whole.run(NOON);
    const stage = new Stage();
    let refusals = 0;
    const { append } = stage.options();
    const sometimesFull: DemoOptions['append'] = async (topic, values) => {
      if (topic === 'transfers' && refusals < 2) {
        refusals++;
        throw new WeirError('LOG_FULL', 'The disk is full.');
      }
      return append(topic, values);
    };
    await stage.run(NOON, { append: sometimesFull });
    expect(refusals).toBe(2);
    const ids = (one: Stage) => new Set(one.stored.map(({ eventId }) => eventId));
    expect(ids(stage)).toEqual(ids(whole));
  });

  it('can be stopped while the log is full, and goes on from there', async () => {
    const stage = new Stage();
    const full = async () => {
      throw new WeirError('LOG_FULL', 'The disk is full.');
    };
    const demo = startDemo(stage.options({ append: full }));
    await demo.stop();
    expect(stage.stored).toEqual([]);
    await stage.run(NOON);
    expect(stage.stored.slice(0, 400).every(({ topic }) => topic === 'customers')).toBe(true);
    expect(stage.stored.length).toBeGreaterThan(1_000);
  });

  it('is known by its position from the first event on, and sends all customers after a crash among them', async () => {
    const stage = new Stage();
    const dying: DemoOptions['append'] = async () => {
      expect(existsSync(join(stage.folder, 'demo.json'))).toBe(true);
      throw new Error('power cut');
    };
    await expect(startDemo(stage.options({ append: dying })).done).rejects.toThrow('power cut');
    await stage.run(NOON);
    expect(stage.stored.filter(({ topic }) => topic === 'customers')).toHaveLength(400);
  });

  it('refuses a position that it cannot read', async () => {
    const stage = new Stage();
    const { positionFile } = stage.options();
    await writeFile(positionFile, '{"seed":');
    await expect(startDemo(stage.options()).done).rejects.toThrow(
      `${positionFile} is not where the demo left off; remove it to begin the demo anew.`,
    );
  });
});

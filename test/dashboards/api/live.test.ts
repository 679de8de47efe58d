/** What is told of changes, over a real server, log and ClickHouse; the tests beat time themselves. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveHub } from '../../../dashboards/api/live/hub.ts';
import { addLiveRoute } from '../../../dashboards/api/live/route.ts';
import { LiveWatch } from '../../../dashboards/api/live/watch.ts';
import { callerStill } from '../../../runtime/http/auth.ts';
import type { Role } from '../../../runtime/http/keys.ts';
import { buildServer } from '../../../runtime/http/server.ts';
import { type Control, controlEntry } from '../../../schemas/events/control.ts';
import { webhookChangeRecord } from '../../../schemas/webhook.ts';
import { openAccess } from '../../support/access.ts';
import { openBench } from '../../support/clickhouse.ts';
import { eventually } from '../../support/eventually.ts';
import { blocks, entry, outputs } from '../../support/records.ts';
import { alert, decision } from './harness.ts';

const PARTITIONS = 4;

interface Told {
  /** Kinds that were told, each time. */
  readonly changes: string[][];
  readonly events: string[];
  readonly ended: () => boolean;
}

async function openLive() {
  const bench = await openBench(PARTITIONS);
  const clock = { now: Date.now() };
  const access = await openAccess({ log: bench.log, now: () => clock.now });
  const { keys, users, sessions } = access;
  const faults: unknown[] = [];
  const server = await buildServer({
    access,
    version: '1.0.0',
    readiness: () => ({ ready: true, checks: {} }),
    onFault: (error) => faults.push(error),
  });
  const { log, clickhouse } = bench;
  const visible = async () => (topic: string, partition: number) => log.end(topic, partition);
  const watch = new LiveWatch({ log, clickhouse: clickhouse.read, visible });
  const hub = new LiveHub(watch, (error) => faults.push(error));
  addLiveRoute(server.app, { hub, callerNow: (request) => callerStill(access, request) });
  const address = await server.listen({ port: 0 });
  let closed = false;
  const close = async () => {
    closed = true;
    await server.close();
  };
  onTestFinished(async () => {
    if (!closed) await server.close();
    if (faults.length > 0) throw faults[0];
  });
  const listen = async (headers: { [name: string]: string }): Promise<Told> => {
    const stopped = new AbortController();
    onTestFinished(() => stopped.abort());
    const response = await fetch(`${address}/v1/live`, { headers, signal: stopped.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    return reading(response);
  };
  const listenAs = async (role: Role) => {
    const { key } = await keys.create({ name: `u-${role}`, roles: [role] }, null);
    return listen({ authorization: `Bearer ${key}` });
  };
  /** Comes last in order: whoever is told of it was told of all before. */
  const settle = async (...told: readonly Told[]) => {
    await bench.append(outputs('decisions', 0, [decision(`T-${Math.random()}`)]));
    await eventually('all are told', () => told.every(({ changes }) => changes.flat().includes('decisions')));
  };
  const begun = () => eventually('the watch has begun', () => log.end('decisions', 0) >= 0 && hub.listens);
  return { ...bench, hub, keys, users, sessions, timeOf: clock, address, close, listen, listenAs, settle, begun };
}

async function readAll(response: Response, told: { changes: string[][]; events: string[]; over: boolean }) {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        told.events.push(field('event') ?? 'comment');
        if (field('event') === 'changed') told.changes.push(JSON.parse(field('data') ?? '[]') as string[]);
      }
    }
  } catch {
    // The test hung up.
  }
  told.over = true;
}

function reading(response: Response): Told {
  const told = { changes: [] as string[][], events: [] as string[], over: false };
  void readAll(response, told);
  return { changes: told.changes, events: told.events, ended: () => told.over };
}

function measure(controlId: string, kind: Control['kind'], fields: Partial<Control> = {}): Control {
  return controlEntry({ controlId, kind, at: Date.UTC(2026, 2, 15), by: 'u-chief', reason: '应急', ...fields });
}

describe('GET /v1/live', () => {
  it('tells which kinds of rows changed, and of what is restricted those alone who may know', async () => {
    const live = await openLive();
    const [admin, compliance, viewer] = await Promise.all([
      live.listenAs('admin'),
      live.listenAs('compliance'),
      live.listenAs('viewer'),
    ]);
    await live.begun();
    await live.append(outputs('alerts', 1, [alert(1, { restricted: true }), alert(2, { restricted: true })]));
    await live.append(outputs('webhook-subscriptions', 0, [webhookChangeRecord.example]));
    await eventually('the restricted alert is told', () => compliance.changes.flat().includes('alerts'));
    await live.settle(admin, compliance, viewer);
    expect(viewer.changes.flat()).toEqual(['decisions']);
    for (const one of [admin, compliance]) {
      expect(new Set(one.changes.flat())).toEqual(new Set(['alerts', 'decisions', 'webhooks']));
    }

    await live.append(outputs('alerts', 2, [alert(3, { restricted: true }), alert(4, { restricted: false })]));
    await eventually('the other alert is told to all', () => viewer.changes.flat().includes('alerts'));
    expect(viewer.changes.flat()).not.toContain('approvals');

    const held = outputs('decisions', 3, [decision('T-1'), decision('T-2', { outcome: 'hold' })]);
    await live.append(held);
    live.hub.decided({ ...held, baseOffset: 0, seen: 0 });
    await eventually('what waits is told', () => viewer.changes.flat().includes('approvals'));
  });

  it('tells of measures once they are shown, and of freezes and their undoing to those alone who may know', async () => {
    const live = await openLive();
    const [compliance, viewer] = await Promise.all([live.listenAs('compliance'), live.listenAs('viewer')]);
    await live.begun();
    const measures = [measure('freeze-1', 'freeze', { party: 'C-1' }), measure('x', 'undo', { measure: 'freeze-1' })];
    const stop = measure('stop-1', 'stop_payouts');
    const about = { subjectKind: 'partition', subject: '0', role: 'all' } as const;
    const shows = async (...entries: readonly Control[]) => {
      await live.append(outputs('control', 0, entries));
      await live.append(blocks('control', 0, [entries.map((one) => entry<'control'>(one, about))]));
      const sink = live.sink();
      await sink.caughtUp();
      await sink.stop();
    };
    await shows(...measures);
    await eventually('compliance is told', () => compliance.changes.flat().includes('measures'));
    await live.settle(compliance, viewer);
    expect(viewer.changes.flat()).toEqual(['decisions']);
    await shows(stop);
    await eventually('everybody is told', () => viewer.changes.flat().includes('measures'));

    const told = () => viewer.changes.flat().filter((kind) => kind === 'rules').length;
    const turned = measure('switch-1', 'rule_switch', { rule: 'velocity', enabled: false });
    await live.append(outputs('control', 0, [turned]));
    await eventually('that rules are others now is told at once', () => told() === 1);
    await live.append(blocks('control', 0, [[entry<'control'>(turned, about)]]));
    const sink = live.sink();
    await sink.caughtUp();
    await sink.stop();
    await eventually('and once more when who changed them can be queried', () => told() === 2);
  });

  it('ends with the session or key, keeps neither alive, and ends at a stop', async () => {
    const live = await openLive();
    await live.users.create({ name: 'wang', roles: ['viewer'], password: 'a long enough password' }, 'admin');
    const user = live.users.inForce('wang');
    if (user === null) throw new Error('wang is not in force');
    const cookie = `weir_session=${(await live.sessions.open(user)).token}`;
    const wang = await live.listen({ cookie });
    const { key, facts } = await live.keys.create({ name: 'u-officer', roles: ['officer'] }, null);
    const officer = await live.listen({ authorization: `Bearer ${key}` });
    const viewer = await live.listenAs('viewer');
    await live.begun();
    await live.settle(wang, officer, viewer);
    // Longer than a session may idle: what is told meanwhile is no use of it.
    live.timeOf.now += 31 * 60_000;
    await live.keys.revoke(facts.id, null);
    await live.append(outputs('decisions', 1, [decision('T-LATER')]));
    await eventually('both have ended', () => wang.ended() && officer.ended());
    expect([wang.events.at(-1), officer.events.at(-1)]).toEqual(['ended', 'ended']);
    expect(viewer.ended()).toBe(false);
    await live.close();
    await eventually('all have ended', () => viewer.ended());
    expect(viewer.events).not.toContain('ended');
  });

  it('takes so many listeners of one key, and is told apart by them', async () => {
    const live = await openLive();
    const { key } = await live.keys.create({ name: 'tabs', roles: ['viewer'] }, null);
    const headers = { authorization: `Bearer ${key}` };
    const stopped = new AbortController();
    onTestFinished(() => stopped.abort());
    const statuses: number[] = [];
    for (let tab = 0; tab < 17; tab++) {
      statuses.push((await fetch(`${live.address}/v1/live`, { headers, signal: stopped.signal })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 16 }, () => 200), 429]);
  });
});

describe('a listener', () => {
  const nothing = { all: new Set<never>(), unrestricted: new Set<never>() };

  it('that does not keep up is told everything in one; nothing is looked at while nobody listens', async () => {
    const looks: string[] = [];
    const watch = {
      begin: async () => void looks.push('begin'),
      look: async () => {
        looks.push('look');
        const kinds = new Set([looks.length % 2 === 0 ? ('alerts' as const) : ('decisions' as const)]);
        return looks.length > 4 ? nothing : { all: kinds, unrestricted: kinds };
      },
      decided: () => undefined,
    };
    const hub = new LiveHub(watch, (error) => {
      throw error;
    });
    const told: string[][] = [];
    let ready = false;
    const listener = {
      keyId: 'k',
      audience: () => ({ restricted: false }),
      isReady: () => ready,
      tell: (kinds: readonly string[]) => void told.push([...kinds].sort()),
      beat: () => undefined,
      end: () => undefined,
    };
    hub.add(listener);
    await eventually('it was looked at several times', () => looks.length > 4);
    expect(told).toEqual([]);
    ready = true;
    await eventually('it is told', () => told.length > 0);
    expect(told).toEqual([['alerts', 'decisions']]);
    hub.remove(listener);
    const before = looks.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(looks.length).toBe(before);
  });
});

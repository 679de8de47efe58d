/**
 * The sender is killed at random moments, many times, while alerts come in and an endpoint fails now and then;
 * afterwards each alert of the log has been taken at least once, always by the same id and with the same body.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { scaled } from '../support/scale.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { openWebhooks, PARTITIONS, startReceiver } from '../support/webhooks.ts';

const KILLS = scaled(5);
const SCRIPT = fileURLToPath(new URL('./webhooks-child.ts', import.meta.url));

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
});

it(`is killed ${KILLS} times`, async () => {
  const folder = temporaryFolder();
  const taken = new Map<string, string>();
  let others = 0;
  const receiver = await startReceiver(({ headers, body }, response, count) => {
    if (count % 50 === 0) {
      response.writeHead(500).end();
      return;
    }
    const id = headers['webhook-id'] as string;
    if (taken.has(id) && taken.get(id) !== body) others++;
    taken.set(id, body);
    response.writeHead(204).end();
  });
  const first = await openWebhooks({ folder, sends: false });
  const { id } = await first.subscribe(receiver.url, { ratePerSecondMax: 5_000 });
  await first.close();
  for (let kill = 0; kill < KILLS; kill++) await runAndKill(folder);
  const clock = new VirtualClock(Date.now() + 3_600_000);
  const last = await openWebhooks({ folder, now: clock.now, setTimer: clock.setTimer });
  const ends = Array.from({ length: PARTITIONS }, (_, partition) => last.log.end('alerts', partition));
  const all = ends.flatMap((end, partition) =>
    Array.from({ length: end }, (_, offset) => `alerts-${partition}-${offset}`),
  );
  await eventually('all were taken', () => {
    clock.advance(10_000);
    return taken.size === all.length;
  });
  expect(all.filter((one) => !taken.has(one))).toEqual([]);
  expect(others).toBe(0);
  await eventually('nothing is left to do', async () => {
    clock.advance(1_000);
    const { body } = await last.ask('GET', `/v1/webhooks/${id}`);
    return body.health?.unfinished === 0 && body.health.lagRecords === 0;
  });
  const delivered = last.attempts().filter(({ outcome }) => outcome === 'delivered');
  expect(new Set(delivered.map(({ messageId }) => messageId)).size).toBe(all.length);
});

/** Runs until messages went out, and a random while longer. */
async function runAndKill(folder: string): Promise<void> {
  const running = spawn(process.execPath, [SCRIPT, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  child = running;
  let errors = '';
  running.stderr.on('data', (data) => {
    errors += data;
  });
  const closed = once(running, 'close');
  await Promise.race([once(running.stdout, 'data'), closed]);
  running.stdout.resume();
  await Promise.race([wait(Math.random() * 500), closed]);
  running.kill('SIGKILL');
  const [code, signal] = await closed;
  expect({ code, signal, errors }).toEqual({ code: null, signal: 'SIGKILL', errors: '' });
}

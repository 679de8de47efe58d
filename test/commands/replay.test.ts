/** `weir replay --verify`: beside the running process and on the folder, through all that a process goes through. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { runWeir } from '../support/cli.ts';
import { copyLog } from '../support/copied-log.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';
import { Traffic } from '../support/traffic.ts';

/** Sends some transfers, and one more whose decision it waits for. */
async function pay({ ask }: RunningWeir, traffic: Traffic, last: string): Promise<void> {
  for (let sent = 0; sent < 5; ) {
    const { topic, events } = traffic.next(Date.now());
    if (topic !== 'transfers') continue;
    expect((await ask('/v1/transfers', events)).status).toBe(202);
    sent++;
  }
  const at = new Date().toISOString();
  const transfer = { ...transferRecord.render(transferRecord.example), transferId: last, at };
  expect((await ask(DECIDED, transfer)).status).toBe(200);
}

describe('weir replay --verify', () => {
  it('holds across settings, a graceful stop and a kill, while Weir runs and when it does not', async () => {
    const dataDir = temporaryFolder();
    const traffic = new Traffic(21);
    const first = await startWeir({ dataDir });
    await pay(first, traffic, 'T-a');
    const settings = 'rules: { velocity: { options: { count: 2, window: 1h } } }';
    const told = await first.ask('/v1/control', { kind: 'settings', reason: 'tighter', settings });
    expect(told.status).toBe(202);
    await pay(first, traffic, 'T-b');
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await startWeir({ dataDir });
    await pay(second, traffic, 'T-c');
    await second.end('SIGKILL');
    const third = await startWeir({ dataDir });
    await pay(third, traffic, 'T-d');
    const running = await runWeir(['replay', '--verify'], { dataDir });
    expect(running.out).toContain('every output is the same, byte for byte');
    const unknown = await runWeir(['replay', '--verify', '--from', 'no-build'], { dataDir });
    expect([unknown.exitCode, unknown.errors]).toEqual([1, expect.stringContaining('no-build')]);
    expect(await third.end('SIGTERM')).toBe(0);
    const idle = await runWeir(['replay', '--verify', '--json'], { dataDir });
    const [report] = idle.lines<{ difference: unknown; outputs: { decisions: number; alerts: number } }>();
    expect(report?.difference).toBeNull();
    expect(report?.outputs.decisions).toBeGreaterThan(20);
    expect(report?.outputs.alerts).toBeGreaterThan(0);
  });

  it('ends with the first difference where an output was altered', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    await pay(weir, new Traffic(22), 'T-a');
    expect(await weir.end('SIGTERM')).toBe(0);
    const original = await openEmbeddedLog({ folder: join(dataDir, 'log') });
    const forged = temporaryFolder();
    const copy = await copyLog(original, join(forged, 'log'), ({ topic, offset }, value) => {
      if (topic !== 'decisions' || offset !== 0) return [value];
      return [decisionRecord.encode({ ...decisionRecord.decode(value), outcome: 'reject' })];
    });
    await copy.close();
    await original.close();
    const { exitCode, errors } = await runWeir(['replay', '--verify'], { dataDir: forged });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/the first difference is decisions\/\d at 0, from the journal block at \d+/);
    expect(errors).toMatch(/stored: .*"outcome":"reject"[\s\S]*folded: .*"outcome":"(?:accept|hold)"/);
  });
});

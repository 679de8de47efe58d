/** The process as a whole: start, commands beside it, stop, start again. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { runWeir } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DECIDED, runToEnd, startWeir } from '../support/running-weir.ts';

interface Line {
  readonly value: { readonly [field: string]: unknown };
}

function transfer(transferId: string, minor = 120_000) {
  const at = new Date().toISOString();
  return { ...transferRecord.render(transferRecord.example), transferId, at, amount: { minor, currency: 'CNY' } };
}

async function linesOf(dataDir: string, topic: string): Promise<Line[]> {
  return (await runWeir(['read', topic], { dataDir })).lines<Line>();
}

describe('weir start', () => {
  it('takes a transfer, decides on it, and lets commands look on', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const { status, body } = await weir.ask(DECIDED, transfer('T-1'));
    expect([status, body]).toMatchObject([200, { transferId: 'T-1', outcome: 'accept' }]);
    const decided = (await linesOf(dataDir, 'decisions')).map(({ value }) => value.transferId);
    expect(decided).toEqual(['T-1']);
    expect((await linesOf(dataDir, 'journal')).length).toBeGreaterThan(0);
    const running = await runWeir(['status', '--json'], { dataDir });
    expect(JSON.parse(running.out)).toMatchObject({ running: true, pid: weir.process.pid, dataDir });
    expect(await weir.end('SIGTERM')).toBe(0);
    const idle = await runWeir(['status'], { dataDir });
    expect(idle.out).toContain('It holds 1 transfers, 1 decisions');
  });

  it('goes on where it was: what was decided stays, what is new is decided', async () => {
    const dataDir = temporaryFolder();
    const first = await startWeir({ dataDir });
    await first.ask(DECIDED, transfer('T-1'));
    expect(await first.end('SIGINT')).toBe(0);
    const second = await startWeir({ dataDir });
    const { body } = await second.ask(DECIDED, transfer('T-2'));
    expect(body).toMatchObject({ transferId: 'T-2' });
    const decided = (await linesOf(dataDir, 'decisions')).map(({ value }) => value.transferId);
    expect(decided.sort()).toEqual(['T-1', 'T-2']);
    const replayed = await runWeir(['replay', '--verify'], { dataDir });
    expect(replayed.out).toContain('every output is the same');
  });

  it('loses nothing that it acknowledged when it is killed', async () => {
    const dataDir = temporaryFolder();
    const first = await startWeir({ dataDir });
    const sent = Array.from({ length: 200 }, (_, number) => transfer(`T-${number}`));
    expect((await first.ask('/v1/transfers', sent)).status).toBe(202);
    await first.end('SIGKILL');
    const second = await startWeir({ dataDir });
    await eventually('all are decided', async () => (await linesOf(dataDir, 'decisions')).length === 200);
    await second.end('SIGTERM');
    expect((await runWeir(['replay', '--verify'], { dataDir })).exitCode).toBe(0);
  });

  it('leaves a token that only its user can read, and takes it away at the stop', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    expect(statSync(join(dataDir, 'admin.json')).mode & 0o777).toBe(0o600);
    const { status } = await fetch(`${weir.address}/admin/log`, { headers: { authorization: 'Bearer wrong' } });
    expect(status).toBe(401);
    await weir.end('SIGTERM');
    expect(existsSync(join(dataDir, 'admin.json'))).toBe(false);
  });

  it('refuses a folder that another Weir holds, in one sentence', async () => {
    const dataDir = temporaryFolder();
    await startWeir({ dataDir });
    const { exitCode, printed } = await runToEnd({ dataDir });
    expect(exitCode).toBe(1);
    expect(printed).toContain('is in use by another process');
  });

  it('refuses another number of partitions than the folder was made with', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    await weir.end('SIGTERM');
    const { exitCode, printed } = await runToEnd({ dataDir, environment: { WEIR_PARTITIONS: '8' } });
    expect([exitCode, printed]).toEqual([1, expect.stringContaining('was made with 4 partitions')]);
  });

  it('ends with 2 on a wrong setting, before it touches anything', async () => {
    const dataDir = join(temporaryFolder(), 'fresh');
    const { exitCode, printed } = await runToEnd({ dataDir, environment: { WEIR_PORT: 'x' } });
    expect([exitCode, printed]).toEqual([2, expect.stringContaining('WEIR_PORT')]);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('says so where the port is taken, and lets the folder go', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await eventually('the port is taken', () => taken.listening);
    const { port } = taken.address() as { port: number };
    const dataDir = temporaryFolder();
    const { exitCode, printed } = await runToEnd({ dataDir, environment: { WEIR_PORT: String(port) } });
    taken.close();
    expect([exitCode, printed]).toEqual([2, expect.stringContaining(String(port))]);
    expect((await runWeir(['status'], { dataDir })).out).toContain('No Weir runs');
  });

  it('prints the first key once, and takes it', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir, environment: { WEIR_ADMIN_KEY: '' } });
    const [key] = await eventually('the key is printed', () => /weir_[0-9a-f]{12}_[\w-]{43}/.exec(weir.printed()));
    const { status } = await fetch(`${weir.address}/v1/keys`, { headers: { authorization: `Bearer ${key}` } });
    expect(status).toBe(200);
    await weir.end('SIGTERM');
    const again = await startWeir({ dataDir, environment: { WEIR_ADMIN_KEY: '' } });
    await eventually('it has printed all', () => again.printed().includes('Ctrl+C'));
    expect(again.printed()).not.toMatch(/weir_[0-9a-f]{12}_/);
  });

  it('ends at once on a second signal, and the next start makes up for it', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const sent = transfer('T-1');
    await weir.ask(DECIDED, sent);
    weir.process.kill('SIGTERM');
    expect(await weir.end('SIGINT')).toBe(130);
    const again = await startWeir({ dataDir });
    const { body } = await again.ask(DECIDED, sent);
    expect(body).toMatchObject({ transferId: 'T-1', revision: 1 });
    await again.end('SIGTERM');
  });

  it('lets no time pass in a folder of an evaluation', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const file = join(temporaryFolder(), 'one.ndjson');
    writeFileSync(
      file,
      `${JSON.stringify({ topic: 'transfers', ...transferRecord.render(transferRecord.example) })}\n`,
    );
    await runWeir(['import', file], { dataDir, environment: { WEIR_PARTITIONS: '4' } });
    const before = (await linesOf(dataDir, 'control')).length;
    const weir = await startWeir({ dataDir, args: ['start', '--demo'] });
    await eventually('it has printed all', () => weir.printed().includes('Ctrl+C'));
    expect(weir.printed()).toContain('no time passes');
    await weir.end('SIGTERM');
    expect((await linesOf(dataDir, 'control')).length).toBe(before);
  });

  it('speaks Chinese', async () => {
    const weir = await startWeir({ dataDir: temporaryFolder(), environment: { WEIR_LANG: 'zh' } });
    await eventually('it has printed all', () => weir.printed().includes('Ctrl+C'));
    expect(weir.printed()).toContain('数据');
  });
});

describe('weir read --follow', () => {
  it('prints what comes, from the end on, until it has enough', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    await weir.ask(DECIDED, transfer('T-1'));
    const following = runWeir(['read', 'decisions', '--end', '--follow', '--limit', '1'], { dataDir });
    // Where the end is was asked first; what comes until that is answered may or may not be printed.
    const sending = eventually('it has enough', async () => {
      await weir.ask(DECIDED, transfer(`T-2-${Date.now()}`));
      return (await Promise.race([following, Promise.resolve(null)])) !== null;
    });
    const [line] = (await following).lines<Line>();
    await sending;
    expect(line?.value.transferId).toMatch(/^T-2-/);
    await weir.end('SIGTERM');
  });
});

describe('rule settings of a running Weir', () => {
  const STRICT = 'rules:\n  limit-transaction:\n    options:\n      limit: {minor: 1000, currency: CNY}\n';

  function settingsFile(text: string): string {
    const file = join(temporaryFolder(), 'rules.yaml');
    writeFileSync(file, text);
    return file;
  }

  const outcomeOf = (body: unknown) => (body as { outcome: string }).outcome;

  it('are applied live, and a replay across the change gives the same', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const before = await weir.ask(DECIDED, transfer('T-1'));
    expect(outcomeOf(before.body)).toBe('accept');
    await runWeir(['rules', 'apply', settingsFile(STRICT), '--by', 'chen', '--reason', 'strict'], { dataDir });
    const after = await weir.ask(DECIDED, transfer('T-2'));
    expect(outcomeOf(after.body)).not.toBe('accept');
    expect((await runWeir(['rules', 'show'], { dataDir })).out).toContain('by chen: strict');
    expect((await runWeir(['replay', '--verify'], { dataDir })).exitCode).toBe(0);
    await weir.end('SIGTERM');
  });

  it('come from WEIR_SETTINGS where its content changed, and not over a later change by hand', async () => {
    const dataDir = temporaryFolder();
    const file = settingsFile(STRICT);
    const environment = { WEIR_SETTINGS: file };
    await (await startWeir({ dataDir, environment })).end('SIGTERM');
    const byHand = settingsFile('lateness: 48h\n');
    await runWeir(['rules', 'apply', byHand, '--by', 'chen', '--reason', 'by hand'], { dataDir });
    await (await startWeir({ dataDir, environment })).end('SIGTERM');
    expect((await runWeir(['rules', 'show'], { dataDir })).out).toContain('by chen: by hand');
    writeFileSync(file, `${STRICT}lateness: 72h\n`);
    await (await startWeir({ dataDir, environment })).end('SIGTERM');
    expect((await runWeir(['rules', 'show', '--yaml'], { dataDir })).out).toContain('lateness: 72h');
  });

  it('that are wrong keep Weir from starting, by name of file and place', async () => {
    const file = settingsFile('rules:\n  velocty: {}\n');
    const { exitCode, printed } = await runToEnd({ dataDir: temporaryFolder(), environment: { WEIR_SETTINGS: file } });
    expect([exitCode, printed]).toEqual([2, expect.stringContaining(file)]);
    expect(printed).toContain('velocty');
  });
});

describe('keys of a running Weir', () => {
  it('work at once when made, and no more when revoked', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const created = await runWeir(['keys', 'create', '--name', 'bank', '--role', 'intake'], { dataDir });
    const key = created.out.trim();
    const send = async (transferId: string) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      return (
        await fetch(`${weir.address}/v1/transfers`, {
          method: 'POST',
          headers,
          body: JSON.stringify(transfer(transferId)),
        })
      ).status;
    };
    expect(await send('T-1')).toBe(202);
    await runWeir(['keys', 'revoke', key.split('_')[1] as string], { dataDir });
    expect(await send('T-2')).toBe(401);
    await weir.end('SIGTERM');
  });
});

describe('the demo', () => {
  it('flows into a folder of its own, and goes on after a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await startWeir({ dataDir, args: ['start', '--demo'] });
    await eventually('alerts are raised', async () => (await linesOf(dataDir, 'alerts')).length > 0);
    expect(await first.end('SIGTERM')).toBe(0);
    const count = (await linesOf(dataDir, 'customers')).length;
    const second = await startWeir({ dataDir, args: ['start', '--demo'] });
    await eventually('it goes on', async () => second.printed().includes('WEIR_DEMO=off'));
    expect(await second.end('SIGTERM')).toBe(0);
    expect((await linesOf(dataDir, 'customers')).length).toBe(count);
  });

  it('stays out of a folder that holds events of customers', async () => {
    const dataDir = temporaryFolder();
    const first = await startWeir({ dataDir });
    await first.ask('/v1/transfers', transfer('T-1'));
    await first.end('SIGTERM');
    const second = await startWeir({ dataDir, args: ['start', '--demo'] });
    await eventually('it has printed all', () => second.printed().includes('Ctrl+C'));
    expect(second.printed()).toContain('this folder holds events that are no demo');
    await second.end('SIGTERM');
    expect((await linesOf(dataDir, 'customers')).length).toBe(0);
  });

  it('is off where WEIR_DEMO says so', async () => {
    const weir = await startWeir({
      dataDir: temporaryFolder(),
      args: ['start', '--demo'],
      environment: { WEIR_DEMO: 'off' },
    });
    await eventually('it has printed all', () => weir.printed().includes('Ctrl+C'));
    expect(weir.printed()).not.toContain('Demo traffic');
  });
});

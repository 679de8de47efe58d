/** The process as a whole with a ClickHouse server: it asks there, and decides without it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { startClickHouseServer } from '../support/clickhouse-http.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DECIDED, startWeir } from '../support/running-weir.ts';

function transfer(transferId: string) {
  const at = new Date().toISOString();
  return { ...transferRecord.render(transferRecord.example), transferId, at };
}

it('decides while the server is away, answers from it when it is there', async () => {
  const user = { name: 'weir', password: 'secret' };
  const server = await startClickHouseServer({ user });
  await server.kill();
  const dataDir = temporaryFolder();
  const weir = await startWeir({
    dataDir,
    environment: {
      WEIR_CLICKHOUSE_URL: `http://127.0.0.1:${server.port}`,
      WEIR_CLICKHOUSE_USERNAME: user.name,
      WEIR_CLICKHOUSE_PASSWORD: user.password,
    },
  });
  const decided = await weir.ask(DECIDED, transfer('T-1'));
  expect(decided).toMatchObject({ status: 200, body: { transferId: 'T-1', outcome: 'accept' } });
  const query = () => weir.ask('/v1/decisions/T-1');
  expect(await query()).toMatchObject({ status: 503, body: { type: 'urn:weir:problem:sink-unavailable' } });
  await server.restart();
  await eventually('the decision is there', async () => (await query()).status === 200);
  expect(await query()).toMatchObject({ body: { transferId: 'T-1', outcome: 'accept' } });
  await server.kill();
  expect(await query()).toMatchObject({ status: 503 });
  expect(await weir.ask(DECIDED, transfer('T-2'))).toMatchObject({ status: 200 });
  await server.restart();
  await eventually('the next one, too', async () => (await weir.ask('/v1/decisions/T-2')).status === 200);
  // Each table has inserts of its own, and comes when it comes.
  await eventually('the party', async () => (await weir.ask('/v1/parties/C-1001')).status === 200);
  expect(await weir.ask('/v1/parties/C-1001')).toMatchObject({ body: { id: 'C-1001' } });
  expect(await weir.end('SIGTERM')).toBe(0);
  expect(existsSync(join(dataDir, 'clickhouse'))).toBe(false);
});

/**
 * The containers of docker-compose.yml, started: Weir’s image as its Dockerfile builds it, Kafka, and stand-ins for
 * what cannot be pulled (compose.stand-ins.yml). `.ci/containers` makes the images and runs this.
 */
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { ask } from '../support/caller.ts';
import { CRASH, OWNED, QUERY, RIGHTS } from '../support/inside-containers.ts';
import { DECIDED } from '../support/running-weir.ts';
import { scaled } from '../support/scale.ts';
import {
  type Container,
  describeTogether,
  inDocker,
  inTime,
  isWell,
  Stack,
  transferOf,
  volumes,
} from '../support/stack.ts';

const ADMIN_KEY = 'key-of-the-containers-administrator';
const ADMIN = { authorization: `Bearer ${ADMIN_KEY}` };
const PARTITIONS = 16;
/** Enough that each partition has some. */
const PAYERS = 120;
const ROLES = ['weir-clickhouse', 'weir-http', 'weir-route', 'weir-route', 'weir-score', 'weir-score'];

const stack = new Stack(['docker-compose.yml', 'test/deploy/compose.stand-ins.yml'], {
  WEIR_ADMIN_KEY: ADMIN_KEY,
  CLICKHOUSE_PASSWORD: 'password-of-the-containers',
  GRAFANA_PASSWORD: 'never-used',
  GRAFANA_ALERT_SECRET: 'never-used',
});

describeTogether('docker compose up', () => {
  let address: string;
  let volumesBefore: readonly string[];
  const sent: string[] = [];

  beforeAll(async () => {
    volumesBefore = await volumes();
    try {
      await stack.up();
    } catch (error) {
      console.error(await stack.lastWords());
      throw error;
    }
    address = await stack.addressOf('weir-http', 8787);
  });
  afterAll(() => stack.down());

  const telling = () => onTestFailed(async () => console.error(await stack.lastWords()));

  async function ofWeir(service?: string): Promise<Container[]> {
    return (await stack.containers(service)).filter((one) => ROLES.includes(one.service));
  }

  /** One transfer of each payer; resolves when all are decided. */
  async function decideAll(round: string): Promise<void> {
    const ids = Array.from({ length: PAYERS }, (_, payer) => `T-${round}-${payer}`);
    const given = await Promise.all(
      ids.map((id, payer) => ask(address, ADMIN, '/v1/transfers', { body: transferOf(id, `C-${payer}`) })),
    );
    expect(given.map(({ status }) => status)).toEqual(ids.map(() => 202));
    sent.push(...ids);
    await inTime(`the transfers of round ${round} are decided`, async () => {
      const decisions = await Promise.all(ids.map((id) => ask(address, ADMIN, `/v1/decisions/${id}`)));
      return decisions.every(({ status, body }) => status === 200 && body.outcome === 'accept');
    });
  }

  /** How many partitions each container of score has, when they have all, each once. */
  function shares(workers: readonly Container[]): Promise<number[]> {
    return inTime(`${workers.length} workers have ${PARTITIONS} partitions among them`, async () => {
      const owned = await Promise.all(workers.map((worker) => stack.inside<number[]>(worker, OWNED)));
      const isWhole = new Set(owned.flat()).size === PARTITIONS && owned.flat().length === PARTITIONS;
      return isWhole && owned.every(({ length }) => length > 0) && owned.map(({ length }) => length);
    });
  }

  it('brings each role up, and has the topics made', async () => {
    telling();
    expect((await ofWeir()).map(({ service }) => service)).toEqual(ROLES);
    const others = ['clickhouse', 'kafka', 'prometheus', 'registry'];
    for (const name of others) expect(await stack.containers(name), name).toMatchObject([{ health: 'healthy' }]);
    expect(await stack.containers('weir-topics')).toMatchObject([{ state: 'exited', exitCode: 0 }]);
    const [http] = (await ofWeir('weir-http')) as [Container];
    const topics = JSON.parse(await inDocker('exec', http.id, 'node', 'weir.ts', 'topics', '--json')) as object[];
    expect(topics.length).toBeGreaterThan(20);
    for (const topic of topics) expect(topic).toMatchObject({ partitions: expect.any(Number), wrong: [] });
  });

  it('decides over HTTP for whoever has the administrator’s key, and serves the console', async () => {
    telling();
    const body = transferOf('T-first', 'C-first');
    expect((await ask(address, null, DECIDED, { body })).status).toBe(401);
    await inTime('it takes work', async () => (await ask(address, null, '/readyz')).status === 200);
    expect(await ask(address, ADMIN, DECIDED, { body })).toMatchObject({ status: 200, body: { outcome: 'accept' } });
    sent.push('T-first');
    const page = await fetch(`${address}/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    const script = /<script[^>]* src="([^"]+)"/.exec(await page.text())?.[1];
    expect((await fetch(address + script)).status).toBe(200);
  });

  it('runs Weir as nobody in particular, who may write to /data and /tmp alone', async () => {
    telling();
    const none = '0000000000000000';
    for (const container of await ofWeir()) {
      const [inspected] = JSON.parse(await inDocker('inspect', container.id)) as object[];
      expect(inspected, container.service).toMatchObject({
        Config: { User: '10001:10001' },
        HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], CapAdd: null, Privileged: false },
      });
      const denied = { '/': 'EROFS', '/app': 'EROFS', '/etc': 'EROFS', '/usr/local/bin': 'EROFS' };
      expect(await stack.inside(container, RIGHTS), container.service).toEqual({
        processes: [`10001 10001 ${none} ${none} ${none} 1`],
        writes: { ...denied, '/data': 'written', '/tmp': 'written' },
        packages: ['kafkajs'],
      });
    }
  });

  it('goes on when a worker is lost, and shares with it again when it is back', async () => {
    telling();
    const [one, two] = (await ofWeir('weir-score')) as [Container, Container];
    expect(await shares([one, two])).toEqual([PARTITIONS / 2, PARTITIONS / 2]);
    await decideAll('both');
    await inDocker('kill', one.id);
    await decideAll('alone');
    expect(await shares([two])).toEqual([PARTITIONS]);
    await inDocker('start', one.id);
    expect(await shares([one, two])).toEqual([PARTITIONS / 2, PARTITIONS / 2]);
    await decideAll('again');
  });

  // Processes that start again take their time: with `WEIR_TEST_SCALE` above 1 alone.
  if (scaled(1) > 1) {
    it('starts again what crashes', async () => {
      telling();
      const crashed = [...(await ofWeir('weir-route')).slice(0, 1), ...(await ofWeir('weir-http'))];
      // Whoever asks dies with the container.
      await Promise.all(crashed.map((one) => stack.inside(one, CRASH).catch(() => null)));
      await inTime('they were started again', async () => {
        const counts = crashed.map(({ id }) => inDocker('inspect', '--format', '{{.RestartCount}}', id));
        return (await Promise.all(counts)).every((count) => Number(count) > 0) && (await ofWeir()).every(isWell);
      });
      address = await stack.addressOf('weir-http', 8787);
      await inTime('it takes work', async () => (await ask(address, null, '/readyz')).status === 200);
      await decideAll('after-crashes');
    });

    it('waits for a broker that restarts, and finds in its volume what was there', async () => {
      telling();
      await stack.compose('restart', 'kafka');
      await inTime('it takes a transfer', async () => {
        const { status } = await ask(address, ADMIN, DECIDED, { body: transferOf('T-restart', 'C-restart') });
        return status === 200;
      });
      sent.push('T-restart');
      await decideAll('after-broker');
    });
  }

  it('brings each decision to ClickHouse, once', async () => {
    telling();
    const [http] = (await ofWeir('weir-http')) as [Container];
    const query = 'SELECT [count(), uniqExact(transfer_id)] FROM decisions FORMAT JSONCompactEachRow';
    await inTime('all decisions are rows', async () => {
      const [[rows, transfers]] = await stack.inside<[[string, string]]>(http, QUERY, query);
      return Number(rows) === sent.length && Number(transfers) === sent.length;
    });
  });

  it('is found by Prometheus, each process by itself', async () => {
    telling();
    const prometheus = await stack.addressOf('prometheus', 9090);
    await inTime('Prometheus reads the metrics of each process', async () => {
      const { body } = await ask(prometheus, null, '/api/v1/query?query=up{job="weir"}');
      const found = body.data.result as readonly { readonly value: readonly [number, string] }[];
      return found.length === ROLES.length && found.every(({ value: [, up] }) => up === '1');
    });
    const { body } = await ask(prometheus, null, '/api/v1/rules');
    expect(body.data.groups.length).toBeGreaterThan(0);
  });

  it('stops in good order, and leaves nothing behind', async () => {
    telling();
    await stack.compose('stop');
    for (const one of await ofWeir()) expect(one).toMatchObject({ state: 'exited', exitCode: 0 });
    await stack.down();
    expect(await stack.containers()).toEqual([]);
    expect(await inDocker('network', 'ls', '--quiet', '--filter', `name=${stack.name}`)).toBe('');
    expect((await volumes()).filter((one) => !volumesBefore.includes(one))).toEqual([]);
  });
});

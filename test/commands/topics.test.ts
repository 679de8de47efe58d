/** `weir topics` and `weir topics apply` on Kafka: what is made, what is found, and what is refused. */
import kafkajs, { type Admin } from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { runWeir } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { describeWith } from '../support/real-parts.ts';
import { runToEnd } from '../support/running-weir.ts';

interface Topic {
  readonly topic: string;
  readonly partitions: number | null;
  readonly replication: number | null;
  readonly config: { readonly [name: string]: string };
  readonly wrong: readonly string[];
}

it('have nothing to apply on the embedded log', async () => {
  const { errors, exitCode } = await runWeir(['topics', 'apply'], { dataDir: temporaryFolder() });
  expect(errors).toContain('WEIR_KAFKA_BROKERS: is not set');
  expect(exitCode).toBe(2);
});

describeWith(kafka, 'topics on Kafka', () => {
  const broker = useKafka();

  function begin() {
    const prefix = broker.newPrefix();
    const environment = {
      WEIR_KAFKA_BROKERS: broker.brokers.join(','),
      WEIR_KAFKA_PREFIX: prefix,
      WEIR_SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
      WEIR_PARTITIONS: '4',
    };
    const dataDir = temporaryFolder();
    const run = (
      args: readonly string[],
      more: { readonly [name: string]: string } = {},
      language: 'en' | 'zh' = 'en',
    ) => {
      return runWeir(args, { dataDir, language, environment: { ...environment, ...more } });
    };
    const list = async () => (await run(['topics', '--json'])).lines<Topic[]>()[0] as Topic[];
    return { prefix, run, list, environment, dataDir };
  }

  async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const client = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    await work(admin);
  }

  const setConfig = (name: string, configName: string, value: string) =>
    withAdmin((admin) => {
      const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [{ name: configName, value }] };
      return admin.alterConfigs({ validateOnly: false, resources: [resource] });
    });

  it('are made once, as they must be', async () => {
    const { prefix, run, list } = begin();
    const before = await run(['topics']);
    expect(before.exitCode).toBe(1);
    expect(before.errors).toContain('weir topics apply');
    const made = await run(['topics', 'apply']);
    expect(made.errors).toBe('');
    expect(made.out).toMatch(new RegExp(`${prefix}journal +4 +1 .*made`));
    const again = await run(['topics', 'apply']);
    expect(again.out).not.toContain('made');
    const topics = await list();
    expect(topics.flatMap(({ wrong }) => wrong)).toEqual([]);
    const of = (name: string) => topics.find(({ topic }) => topic === prefix + name);
    expect(of('journal')).toMatchObject({ partitions: 4, config: { 'message.timestamp.type': 'LogAppendTime' } });
    expect(of('state')).toMatchObject({ partitions: 4, config: { 'cleanup.policy': 'compact' } });
    expect(of('dead-letters')).toMatchObject({ partitions: 5, replication: 1 });
  });

  it('are refused where the journal would be parted anew', async () => {
    const { prefix, run } = begin();
    expect(await run(['topics', 'apply'])).toMatchObject({ errors: '', exitCode: 0 });
    const { errors, exitCode } = await run(['topics', 'apply'], { WEIR_PARTITIONS: '8' });
    expect(exitCode).toBe(1);
    expect(errors).toContain(`${prefix}journal: has 4 partitions, which is fixed for life, and 8 are asked for`);
    await withAdmin((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: `${prefix}decisions`, count: 6 }] }),
    );
    await eventually('the further partitions are known', async () => {
      return (await run(['topics', 'apply'])).errors.includes(`${prefix}decisions: has 6 partitions and needs 4`);
    });
  });

  it('are refused where records go too early, carry another time, or have too few copies', async () => {
    const { prefix, run } = begin();
    expect(await run(['topics', 'apply'])).toMatchObject({ errors: '', exitCode: 0 });
    await setConfig(`${prefix}journal`, 'retention.ms', '60000');
    await setConfig(`${prefix}transfers`, 'message.timestamp.type', 'CreateTime');
    const errors = await eventually('the settings are known', async () => {
      const ran = await run(['topics', 'apply'], { WEIR_KAFKA_REPLICATION: '3' });
      return ran.errors.includes('CreateTime') && ran.errors.includes('retention.ms') ? ran.errors : null;
    });
    expect(errors).toContain(`${prefix}journal: retention.ms is 60000 and must be`);
    expect(errors).toContain(`${prefix}transfers: message.timestamp.type is CreateTime and must be LogAppendTime`);
    expect(errors).toContain(`${prefix}decisions: has 1 copies and needs 3`);
    const shown = await run(['topics'], {}, 'zh');
    expect(shown.out).toContain('有误，见下');
    expect(shown.exitCode).toBe(1);
  });

  it('must be there before a process runs, unless it may make them', async () => {
    const { environment, dataDir } = begin();
    const { exitCode, printed } = await runToEnd({ dataDir, args: ['run', '--roles', 'score'], environment });
    expect(exitCode).toBe(1);
    expect(printed).toMatch(/TOPICS_MISMATCH[\s\S]*weir topics apply/);
  });
});

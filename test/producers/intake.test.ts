import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type InputTopic, Intake } from '../../producers/intake.ts';
import { WeirError } from '../../runtime/errors.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Declared } from '../../schemas/declare.ts';
import { EVENTS } from '../../schemas/journal.ts';
import { temporaryFolder } from '../support/folder.ts';
import { scaled } from '../support/scale.ts';
import { stored } from './http/harness.ts';

const TOPICS = Object.keys(EVENTS).filter((topic) => topic !== 'voids') as InputTopic[];

async function start() {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: 4 });
  onTestFinished(() => log.close());
  const accepted: [string, number][] = [];
  return { log, accepted, intake: new Intake(log, { onAccepted: (topic, count) => accepted.push([topic, count]) }) };
}

function exampleOf(topic: InputTopic) {
  const record = EVENTS[topic] as unknown as Declared<unknown>;
  return { record, json: record.render(record.example) };
}

async function refusal(promise: Promise<unknown>): Promise<WeirError> {
  const error = await promise.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(WeirError);
  return error as WeirError;
}

describe('intake', () => {
  it.each(TOPICS)('stores %s as declared, and says where', async (topic) => {
    const { log, intake, accepted } = await start();
    const { record, json } = exampleOf(topic);
    const receipts = await intake.submit(topic, [json, json]);
    expect(receipts.map(({ offset, partition }) => ({ offset, partition }))).toEqual([
      { offset: 0, partition: 0 },
      { offset: 1, partition: 0 },
    ]);
    expect(receipts[0]?.eventId).toMatch(/^[\x21-\x7e]+$/);
    expect(stored(log, topic)).toEqual([record.example, record.example]);
    expect(log.schema(record.fingerprint)).toContain(record.name);
    expect(accepted).toEqual([[topic, 2]]);
  });

  it('names a message by its own id, else by what makes it one', async () => {
    const { intake } = await start();
    const { json } = exampleOf('transfers');
    const receipts = await intake.submit('transfers', [
      { ...json, transferId: 'T-1', eventId: 'E-1' },
      { ...json, transferId: 'T-1' },
      { ...json, transferId: 'T-1', status: 'partially-settled' },
    ]);
    expect(receipts.map(({ eventId }) => eventId)).toEqual(['E-1', 'T-1#submitted', 'T-1#partially_settled']);
  });

  it('stores nothing of a call with one wrong item, and names each wrong field', async () => {
    const { log, intake } = await start();
    const { json } = exampleOf('transfers');
    const wrong = [
      json,
      { ...json, amount: { minor: 1.5, currency: 'XXX' } },
      { ...json, at: '2026-03-01 09:30', colour: 'red' },
    ];
    const error = await refusal(intake.submit('transfers', wrong));
    expect(error.code).toBe('REQUEST_INVALID');
    expect(error.fields).toEqual([
      { path: '/1/amount/minor', message: expect.stringContaining('int'), zh: '须为整数' },
      {
        path: '/1/amount/currency',
        message: 'must be an ISO 4217 currency code like CNY',
        zh: '须为 ISO 4217 货币代码，例如 CNY',
      },
      {
        path: '/2/at',
        message: expect.stringContaining('ISO 8601 time with a zone'),
        zh: expect.stringContaining('须为带时区的 ISO 8601 时间'),
      },
      { path: '/2/colour', message: 'is not a known field', zh: '未知字段' },
    ]);
    expect(log.end('transfers', 0)).toBe(0);
  });

  it('carries the greatest amounts that it takes unharmed, and takes no greater', async () => {
    const { log, intake } = await start();
    const { json } = exampleOf('balances');
    const balance = (minor: number) => ({ ...json, available: { minor, currency: 'CNY' } });
    const greatest = 2 ** 53 - 2;
    const least = -(2 ** 52);
    await intake.submit('balances', [balance(greatest), balance(least), balance(least + 1)]);
    expect(stored(log, 'balances').map(({ available }) => available.minor)).toEqual([greatest, least, least + 1]);
    for (const minor of [greatest + 1, least - 1]) {
      const error = await refusal(intake.submit('balances', [balance(minor)], { single: true }));
      expect(error.fields.map(({ path }) => path)).toEqual(['/available/minor']);
    }
  });

  it('takes historical events of imports, and refuses them where it is told to', async () => {
    const { log, intake } = await start();
    const { json } = exampleOf('transfers');
    const historical = { ...json, historical: true };
    expect(await intake.submit('transfers', [historical])).toHaveLength(1);
    const error = await refusal(intake.submit('transfers', [historical], { refuseHistorical: true, single: true }));
    expect(error.fields).toEqual([{ path: '/historical', message: 'is for imports alone', zh: '仅用于导入' }]);
    expect(log.end('transfers', 0)).toBe(1);
  });

  it('goes on after an event that could not be encoded', async () => {
    const { log, intake } = await start();
    const { record } = exampleOf('transfers');
    const broken = { ...(record.example as object), amount: null };
    await expect(intake.append('transfers', [record.example, broken] as never)).rejects.toThrow();
    await intake.append('transfers', [record.example] as never);
    expect(stored(log, 'transfers')).toEqual([record.example]);
  });
});

/** Values that are wrong in most places, and right in some. */
const oddities = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', 'CNY', 'approve', '2026-03-01T09:30:00Z', '2026-02-30', true, [], {}),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 4 }), fc.integer(), { maxKeys: 3 }),
);

/** A valid event with one value, at whatever depth, replaced, removed or added. */
function mutations(json: { [name: string]: unknown }) {
  const paths = Object.entries(json).flatMap(([key, value]) =>
    value !== null && typeof value === 'object' ? [[key], ...Object.keys(value).map((inner) => [key, inner])] : [[key]],
  );
  const path = fc.oneof(
    fc.constantFrom(...paths),
    fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 1 }),
  );
  return fc.tuple(path, fc.option(oddities, { nil: REMOVED })).map(([steps, value]) => {
    const copy = structuredClone(json);
    const parent = steps.slice(0, -1).reduce((at, step) => at[step] as typeof copy, copy);
    const last = steps.at(-1) as string;
    if (value === REMOVED) delete parent[last];
    else Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
    return copy;
  });
}

const REMOVED = Symbol('removed');

describe('the compiled validation', () => {
  it.each(TOPICS)(
    'accepts of %s what the declaration accepts, as the same inner form, and names the same fields',
    async (topic) => {
      const { intake } = await start();
      const { record, json } = exampleOf(topic);
      fc.assert(
        fc.property(mutations(json), (item) => {
          const declared = record.json.safeParse(item);
          const checked = intake.check(topic, item);
          if (declared.success) expect(checked).toEqual({ value: declared.data });
          else {
            const issues = declared.error.issues.flatMap(({ path, ...issue }) =>
              issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path],
            );
            const paths = issues.map((path) =>
              path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
            );
            expect('errors' in checked ? checked.errors.map((one) => one.path) : 'accepted').toEqual(paths);
          }
        }),
        { numRuns: scaled(400) },
      );
    },
  );
});

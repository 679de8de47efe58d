/** What a task must not forget, or remember, beside its books: a restored one does as one that was never stopped. */
import { expect, it, onTestFinished } from 'vitest';
import { CheckpointDraft, loadCheckpoint } from '../../../processors/score/checkpoint.ts';
import { outputEnds } from '../../../processors/score/outputs.ts';
import { Task } from '../../../processors/score/task.ts';
import { valueAt } from '../../../runtime/log/values.ts';
import { LocalStore } from '../../../runtime/store/local-store.ts';
import { LONG_MAX } from '../../../schemas/declare.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../schemas/time.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { temporaryFolder } from '../../support/folder.ts';

/** Two drivers that are sent the same; one of them is restored from its checkpoint now and then. */
class Twins {
  readonly undisturbed = new Driver();
  readonly restored = new Driver();
  readonly #store = new LocalStore(temporaryFolder());
  #stored = { ids: 0, counterparties: 0 };

  constructor() {
    onTestFinished(() => this.#store.close());
  }

  /** Sends to both; what comes out of them must be the same. */
  send(what: (driver: Driver) => Outputs): Outputs {
    const outputs = what(this.restored);
    expect(outputs).toEqual(what(this.undisturbed));
    return outputs;
  }

  /** What is sent `meanwhile`, between the steps in which the checkpoint is encoded, is folded again. */
  async restore(meanwhile: readonly (() => void)[] = []): Promise<void> {
    const { journal, tasks } = this.restored;
    const { state } = tasks[0] as Task;
    const tail = journal.length;
    const draft = new CheckpointDraft(state, this.#stored, { build: 'build-1', position: 0, final: false });
    this.#stored = draft.stored;
    for (const send of meanwhile) {
      send();
      expect(draft.step()).toBe(false);
    }
    while (!draft.step());
    await this.#store.write(draft.finish(outputEnds({ end: () => 0 }, 0)).write);
    const task = new Task(0, () => null, loadCheckpoint(this.#store, 0)?.state);
    for (const { values, fingerprint } of journal.slice(tail)) {
      for (let index = 0; index < values.count; index++) task.fold(valueAt(values, index), fingerprint);
    }
    task.take();
    expect(task.digest).toEqual((tasks[0] as Task).digest);
    tasks[0] = task;
  }
}

it('knows a repeat of a leg in a chunk before the last, where few legs are left', async () => {
  const twins = new Twins();
  const start = twins.restored.now;
  const pay = (number: number, at: number) => {
    const fields = { transferId: `T-${number}`, at: new Date(at).toISOString(), to: `payee-${number}` };
    return twins.send((driver) => driver.transfer(fields, at));
  };
  // A chunk holds 256 legs: when the first 240 are too old, the next 16 stand alone in theirs.
  for (let number = 0; number < 240; number++) pay(number, start + number * SECOND_MS);
  for (let number = 240; number < 280; number++) pay(number, start + 20 * DAY_MS + number * SECOND_MS);
  for (let number = 280; number < 300; number++) pay(number, start + 40 * DAY_MS + number * SECOND_MS);
  await twins.restore();
  expect(pay(245, start + 20 * DAY_MS + 245 * SECOND_MS)).toMatchObject({ decisions: [], 'dead-letters': [] });
});

it('keeps subjects in their places, where some were only heard of', async () => {
  const twins = new Twins();
  const heardOf = (party: string) =>
    twins.send((driver) => driver.send('activity', { activityId: `A-${party}`, party, kind: 'login' }));
  const pay = (number: number) =>
    twins.send((driver) => driver.transfer({ transferId: `T-${number}`, from: `payer-${number % 3}`, to: 'payee' }));
  heardOf('quiet-1');
  pay(1);
  await twins.restore();
  heardOf('quiet-2');
  pay(2);
  await twins.restore();
  pay(3);
  await twins.restore();
  for (const number of [1, 2, 3]) expect(pay(number).decisions).toEqual([]);
});

it('fires as many timers with a tick, whatever timers were outlived before', async () => {
  const twins = new Twins();
  const bill = (customer: number, dueOn: string, version: number) =>
    twins.send((driver) =>
      driver.send('invoices', {
        invoiceId: `I-${customer}`,
        eventId: `I-${customer}-${version}`,
        customer: `customer-${customer}`,
        amount: { minor: 1_000, currency: 'CNY' },
        issuedOn: '2026-02-01',
        dueOn,
        status: 'open',
      }),
    );
  const tick = (at: string) => twins.send((driver) => driver.tick(Date.parse(at)));
  tick('2026-03-02T00:00:00Z');
  // Each has a timer for the day after the later date, and then one for that after the earlier.
  for (let customer = 0; customer < 4_200; customer++) {
    bill(customer, '2026-04-08', 1);
    bill(customer, '2026-03-10', 2);
  }
  await twins.restore();
  for (const at of ['2026-03-11T00:00:00Z', '2026-03-11T00:00:01Z', '2026-04-08T00:00:00Z', '2026-04-08T00:00:01Z'])
    tick(at);
  // Thirty days overdue, on the day for which the first timers were.
  expect(tick('2026-04-09T00:00:00Z').notifications.length).toBeGreaterThan(4_000);
});

it('takes away from a sum just what an amount brought, however large', async () => {
  const twins = new Twins();
  twins.send((driver) =>
    driver.settings(
      'rules: { pass-through: { options: { received: { minor: 100, currency: CNY }, sharePercent: 1, mostPercent: 1000 } } }',
    ),
  );
  const pay = (from: string, to: string, minor: number, status = 'submitted') =>
    twins.send((driver) => driver.transfer({ transferId: `${from}-${to}-${minor}`, from, to, minor, status }));
  // Limits would reject as much; what has settled already counts.
  for (const rich of ['rich-1', 'rich-2']) pay(rich, 'between', LONG_MAX, 'settled');
  twins.send((driver) => driver.advance(23 * HOUR_MS));
  pay('poor', 'between', 100_001);
  twins.send((driver) => driver.advance(2 * HOUR_MS));
  await twins.restore();
  const [alert] = pay('between', 'away', 90_000).alerts.filter(({ rule }) => rule === 'pass-through');
  expect(alert?.evidence).toContainEqual({ name: 'received', number: 100_001, text: null, unit: 'CNY' });
});

it('writes subjects as they were when the checkpoint began, whatever becomes of them while it is encoded', async () => {
  const twins = new Twins();
  let number = 0;
  const pay = (payer: number) => {
    twins.send((driver) => driver.advance(SECOND_MS));
    // To somebody new each time, so that there are names to encode as well.
    const fields = { transferId: `T-${number}`, from: `payer-${payer}`, to: `payee-${number}` };
    number++;
    return twins.send((driver) => driver.transfer(fields));
  };
  const PAYERS = 1_500;
  for (let payer = 0; payer < PAYERS; payer++) pay(payer);
  // Some that are encoded already, some that are not, some twice, and some that nobody knew.
  const meanwhile = [0, PAYERS - 1, 0, PAYERS / 2, PAYERS - 1, PAYERS + 1].map((payer) => () => void pay(payer));
  await twins.restore(meanwhile);
  for (let payer = 0; payer < PAYERS; payer++) pay(payer);
  await twins.restore(meanwhile);
  const again = (of: number) =>
    twins.send((driver) => driver.transfer({ transferId: `T-${of}`, from: `payer-${of}`, to: `payee-${of}` }));
  for (const known of [0, PAYERS / 2, PAYERS - 1]) expect(again(known)).toMatchObject({ decisions: [] });
});

/** What a party with 40 legs costs in memory: the real fold over many such parties, and the heap before and after. */
import { Router } from '../processors/route/router.ts';
import { Task } from '../processors/score/task.ts';
import { valueAt } from '../runtime/log/values.ts';
import { type Transfer, transferRecord } from '../schemas/events/transfer.ts';

const PARTIES = 10_000;
/** Each party pays 20 times and is paid 20 times. */
const LEGS = 40;
const START_AT = Date.UTC(2026, 0, 5);
const STEP_MS = 8 * 3_600_000;

/** Bytes a party, its interned ids and counterparties included. */
export async function benchMemory(): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('the memory figure needs node --expose-gc');
  const task = new Task(0, () => null);
  // What is made once, whatever the number of parties, is made before the count begins.
  feed(task, LEGS / 2, 10);
  const before = await settled(collect);
  feed(task, LEGS / 2, PARTIES);
  const after = await settled(collect);
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const held = task.state.subjects.all.length;
  return Math.round(bytes / held);
}

/** Memory once the collector has let go of what it swept: buffers go a little later than objects. */
async function settled(collect: () => void): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage();
}

let sent = 0;

function feed(task: Task, rounds: number, parties: number): void {
  // Route's buffers are no party's memory: this one is gone when the count is taken.
  const router = new Router({ partitions: 1, kinds: new Set() });
  for (let round = 0; round < rounds; round++) {
    for (let party = 0; party < parties; party++) send(router, party, (party + 1 + round * 37) % parties);
    for (const append of router.take()) {
      for (let index = 0; index < append.values.count; index++) {
        task.fold(valueAt(append.values, index), append.fingerprint);
      }
      task.take();
    }
  }
}

function send(router: Router, payer: number, payee: number): void {
  const at = START_AT + Math.floor(sent / PARTIES) * STEP_MS;
  const transfer: Transfer = {
    ...transferRecord.example,
    transferId: `T-${++sent}`,
    at,
    debtor: { ...transferRecord.example.debtor, party: `C-${payer}`, account: `62220200${payer}` },
    creditor: { ...transferRecord.example.creditor, party: `C-${payee}`, account: `62220200${payee}` },
    amount: { minor: 1_000 + ((sent * 7_919) % 90_001), currency: 'CNY' },
    device: null,
    maker: null,
  };
  const source = { topic: 'transfers', partition: 0, offset: sent, seen: at } as const;
  const record = transferRecord.encode(transfer);
  router.route(source, record, router.peek(source, record));
}

/** Appends without end, and says so after the first: started by lifecycle-child.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { packValues } from '../../runtime/log/values.ts';
import { customerRecord } from '../../schemas/events/customer.ts';

const log = await openEmbeddedLog(workerData as Parameters<typeof openEmbeddedLog>[0]);
const values = packValues([customerRecord.encode(customerRecord.example)]);
await log.declareSchema(customerRecord.fingerprint, JSON.stringify(customerRecord.type.schema()));
for (let appended = 0; ; appended++) {
  await log.append({ topic: 'customers', partition: 0, fingerprint: customerRecord.fingerprint, values });
  if (appended === 10) parentPort?.postMessage('appending');
}

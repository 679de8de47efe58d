/**
 * Brings batches that another build or another team wrote into the form that this build declares, so that
 * whoever reads records in place finds them as it knows them. What cannot be brought there stays as it is,
 * with the reason.
 */
import type { Declared } from '../../schemas/declare.ts';
import { isWeirError } from '../errors.ts';
import { RecordDecoder } from './decoder.ts';
import type { Log, RecordBatch } from './port.ts';
import { packValues, valueAt } from './values.ts';

export interface Conformed {
  readonly batch: RecordBatch;
  /** By index: why a value is not in the declared form. Null where all are. */
  readonly problems: ReadonlyMap<number, string> | null;
}

export class Conformer<T> {
  readonly #record: Declared<T>;
  readonly #decoder: RecordDecoder<T>;

  constructor(log: Pick<Log, 'schema'>, record: Declared<T>) {
    this.#record = record;
    this.#decoder = new RecordDecoder(log, record);
  }

  conform(batch: RecordBatch): Conformed {
    if (batch.fingerprint === this.#record.fingerprint) return { batch, problems: null };
    const problems = new Map<number, string>();
    const values = Array.from({ length: batch.values.count }, (_, index) => {
      try {
        return this.#record.encode(this.#decoder.decode(batch, index));
      } catch (error) {
        if (!isWeirError(error, 'RECORD_UNDECODABLE')) throw error;
        problems.set(index, error.message);
        return valueAt(batch.values, index);
      }
    });
    const { fingerprint } = this.#record;
    return {
      batch: { ...batch, fingerprint, values: packValues(values) },
      problems: problems.size > 0 ? problems : null,
    };
  }
}

/** Imports for tests: a real intake that checks, and a log that only remembers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImportOptions, type ImportTarget, importFile } from '../../../producers/files/import.ts';
import { parseMapping } from '../../../producers/files/mapping.ts';
import { Intake } from '../../../producers/intake.ts';
import type { Log } from '../../../runtime/log/port.ts';
import type { EventOf, EventTopic } from '../../../schemas/journal.ts';
import { temporaryFolder } from '../../support/folder.ts';

export interface Stored {
  readonly topic: EventTopic;
  readonly event: EventOf<EventTopic>;
}

export class Importer {
  readonly folder = temporaryFolder();
  readonly stored: Stored[] = [];
  /** Batches that are taken before one is refused; for ever unless a test says so. */
  left = Number.POSITIVE_INFINITY;
  /** True where the refused batch is stored all the same: the answer is lost, not the data. */
  storesBeforeDying = false;

  get target(): ImportTarget {
    const intake = new Intake({} as Log);
    return {
      check: (topic, item) => intake.check(topic, item),
      append: async (topic, values) => {
        const dies = --this.left < 0;
        if (!dies || this.storesBeforeDying) for (const event of values) this.stored.push({ topic, event });
        if (dies) throw new Error('power cut');
        return [];
      },
    };
  }

  file(name: string, content: string | Uint8Array): string {
    const file = join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  run(file: string, more: Partial<ImportOptions> & { yaml?: string } = {}) {
    const { yaml, ...options } = more;
    return importFile({
      file,
      mode: 'live',
      target: this.target,
      dataDir: join(this.folder, 'data'),
      ...(yaml === undefined ? {} : { mapping: parseMapping(yaml, 'test.yaml') }),
      ...options,
    });
  }

  events<K extends EventTopic>(topic: K): EventOf<K>[] {
    return this.stored.flatMap((one) => (one.topic === topic ? [one.event as EventOf<K>] : []));
  }
}

/** A mapping of `id,from,to,value,when` to transfers. */
export const PLAIN = `
name: plain
tables:
  - events:
      - topic: transfers
        fields:
          transferId: '{id}'
          kind: transfer
          status: submitted
          debtor.account: '{from}'
          creditor.account: '{to}'
        times:
          at: { as: iso, value: '{when}' }
        amounts:
          amount: { value: '{value}', currency: CNY }
`;

export function plainCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const at = new Date(Date.UTC(2026, 2, 1) + row * 60_000).toISOString();
    return `T-${row},a-${row % 7},b-${row % 5},${row}.50,${at}\n`;
  });
  return `id,from,to,value,when\n${lines.join('')}`;
}

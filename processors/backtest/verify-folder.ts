/** Where a replay of a data folder begins: at the beginning of the journal, or where another build stopped. */
import { WeirError } from '../../runtime/errors.ts';
import { LocalStore } from '../../runtime/store/local-store.ts';
import { type Boundary, boundariesFolder, boundariesIn } from '../score/boundaries.ts';
import { type VerifyOptions, type VerifyReport, verifyReplay } from './verify.ts';

export interface VerifyFolderOptions extends Omit<VerifyOptions, 'checkpoint'> {
  readonly dataDir: string;
  /** `beginning`, or the build after whose last checkpoint to begin; null for the last build before this one. */
  readonly from: string | null;
}

export async function verifyFolder({ dataDir, from, ...options }: VerifyFolderOptions): Promise<VerifyReport> {
  const boundaries = Array.from({ length: options.log.partitions }, (_, partition) => {
    const all = from === 'beginning' ? [] : boundariesIn(boundariesFolder(dataDir, partition));
    return all.findLast(({ build }) => from === null || build === from) ?? null;
  });
  if (from !== null && from !== 'beginning' && boundaries.every((one) => one === null)) throw unknown(dataDir, from);
  const stores: LocalStore[] = [];
  const open = ({ folder }: Boundary) => {
    const store = new LocalStore(folder);
    stores.push(store);
    return store;
  };
  try {
    return await verifyReplay({
      ...options,
      checkpoint: (partition) => {
        const boundary = boundaries[partition] ?? null;
        return boundary === null ? null : open(boundary);
      },
    });
  } finally {
    for (const store of stores) await store.close();
  }
}

function unknown(dataDir: string, from: string): WeirError {
  const builds = [...new Set(boundariesIn(boundariesFolder(dataDir, 0)).map(({ build }) => build))];
  const known = builds.length === 0 ? 'no other build has folded this journal' : `known are ${builds.join(', ')}`;
  return new WeirError('NOT_FOUND', `there is no checkpoint that build ${from} left: ${known}`);
}

/** The AMLSim samples, whole, with the counts that are known of them. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { neutralControl } from '../../../bench/neutral-control.ts';
import { readLabels } from '../../../dashboards/evaluation-data.ts';
import { loadMapping } from '../../../producers/files/mapping.ts';
import { DAY_MS } from '../../../schemas/time.ts';
import { Importer } from './support.ts';

const SAMPLES = [
  { sample: 'fanin200', transfers: 118_250, labelled: 954, visible: 659, planted: 1_854 },
  { sample: 'cycle200', transfers: 117_805, labelled: 945, visible: 619, planted: 1_899 },
] as const;

async function load(sample: string, importer: Importer, more: object = {}) {
  return importer.run(join(import.meta.dirname, `../../data/amlsim-20K_${sample}.tgz`), {
    mode: 'evaluation',
    mapping: await loadMapping('amlsim'),
    rejectFile: join(importer.folder, 'rejects.ndjson'),
    ...more,
  });
}

describe.each(SAMPLES)('the AMLSim sample $sample', ({ sample, transfers, labelled, visible, planted }) => {
  it('comes in whole, in order, with its labels', async () => {
    const importer = new Importer();
    const summary = await load(sample, importer);
    expect(summary).toMatchObject({ accepted: { customers: 20_000, transfers }, rejected: 0, complete: true });
    const all = importer.events('transfers');
    expect(new Set(all.map(({ transferId }) => transferId)).size).toBe(transfers);
    const start = Date.parse('2025-01-01T00:00:00+08:00');
    for (const [index, { at }] of all.entries()) expect(at >= (all[index - 1]?.at ?? start + DAY_MS)).toBe(true);
    // No day holds more than a minute has place for, so no two transfers of a day have one time.
    expect(new Set(all.map(({ at }) => at)).size).toBe(transfers);
    expect(Math.max(...all.map(({ at }) => at))).toBeLessThan(start + 150 * DAY_MS);

    const labels = await readLabels(join(importer.folder, 'data'));
    const subjects = new Set(labels.flatMap(({ role, account }) => (role === 'subject' ? [account] : [])));
    const touched = new Set(labels.flatMap(({ role, account }) => (role === 'touched' ? [account] : [])));
    expect(subjects.size).toBe(labelled);
    expect(subjects.intersection(touched).size).toBe(visible);
    expect(labels.filter(({ role }) => role === 'touched')).toHaveLength(2 * planted);
  });

  it('has in its neutral control none of what only the generator does', async () => {
    const importer = new Importer();
    await load(sample, importer, { transform: neutralControl(1) });
    const pairDays = new Set<string>();
    let below100 = 0;
    for (const { at, debtor, creditor, amount } of importer.events('transfers')) {
      if (amount.minor < 10_000) below100++;
      pairDays.add(
        [debtor.party, creditor.party, Math.floor((at - Date.parse('2025-01-01T00:00:00+08:00')) / DAY_MS)].join(),
      );
    }
    expect(pairDays.size).toBe(importer.events('transfers').length);
    expect(below100).toBeGreaterThan(1_000);
    expect(importer.events('transfers').length).toBeGreaterThan(transfers - planted);
  });
});

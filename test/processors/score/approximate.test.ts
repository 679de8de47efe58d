import { describe, expect, it } from 'vitest';
import { Task } from '../../../processors/score/task.ts';
import { valueAt } from '../../../runtime/log/values.ts';
import { type Alert, alertRecord } from '../../../schemas/alert.ts';
import { controlRecord } from '../../../schemas/events/control.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { BLOCKS, type Entry } from '../../../schemas/journal.ts';

const START = Date.UTC(2026, 2, 2, 1);
const TRANSFERS = 70_400;
/** From so many attempts in an hour on it rings: all of them exact at first, later not all. */
const COUNT = 69_700;
const SETTINGS = { rules: { velocity: { options: { count: COUNT, window: '1h' } } } };

const entry = { subjectKind: 'party', role: 'payer', seen: START, sourcePartition: 0, sourceOffset: 0 } as const;

function alertsOf(task: Task): Alert[] {
  const alerts = task.take().find(({ topic }) => topic === 'alerts');
  if (alerts === undefined) return [];
  return Array.from({ length: alerts.values.count }, (_none, index) =>
    alertRecord.decode(valueAt(alerts.values, index)),
  );
}

describe('evidence on a subject with more legs than are kept one by one', () => {
  it('says that it is approximate and by how much, once a window reaches what was coarsened', () => {
    // Whole blocks, as route writes them: half an hour of forty transfers a second.
    const task = new Task(0, () => null);
    const settings = { ...controlRecord.example, kind: 'settings' as const, settings: JSON.stringify(SETTINGS) };
    const control: Entry<'control'> = { ...entry, role: 'all', subject: '0', event: settings };
    task.fold(BLOCKS.control.type.toBuffer([control]), BLOCKS.control.fingerprint);
    for (let first = 0; first < TRANSFERS; first += 800) {
      const block = Array.from({ length: 800 }, (_none, index): Entry<'transfers'> => {
        const number = first + index;
        const at = START + number * 25;
        const amount = { minor: 100, currency: 'CNY' };
        const event = { ...transferRecord.example, transferId: `T-${number}`, at, amount };
        return { ...entry, subject: 'C-1001', seen: at, event };
      });
      task.fold(BLOCKS.transfers.type.toBuffer(block), BLOCKS.transfers.fingerprint);
    }
    const alerts = alertsOf(task).filter((alert) => alert.rule === 'velocity');
    expect(alerts.map(({ occurrences }) => occurrences).at(-1)).toBe(TRANSFERS - COUNT + 1);
    const notes = alerts.map((alert) => alert.evidence.find(({ name }) => name === 'approximate')?.text ?? null);
    expect(notes[0]).toBe(null);
    expect(notes.at(-1)).toMatch(
      /^\d+ transfers of the window stand in groups: .* at most \d+ transfers .* \/ 窗口内 \d+ 笔/,
    );
    expect(alerts.at(-1)!.evidence.find(({ name }) => name === 'attempts')!.number).toBe(TRANSFERS);
  });
});

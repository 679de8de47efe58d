/**
 * Settings that came another way than through this folder: those of the log, where they are later. Another process
 * with the role http may tell some at any time, so the log is followed, too.
 */
import { isWeirError } from '../runtime/errors.ts';
import type { Log, RecordBatch } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import { type Control, controlRecord } from '../schemas/events/control.ts';
import type { SettingsKeeper } from './control.ts';

/** Looked through first, from the end; twice as many each time. */
const LOOK_BACK = 1_024;

/** Answers up to where the log was looked through. */
export async function noteLatestSettings(log: Log, settings: SettingsKeeper): Promise<number> {
  const kept = settings.inForce()?.offset ?? -1;
  const start = Math.max(log.start('control', 0), kept + 1);
  const end = Math.max(log.end('control', 0), start);
  let to = end;
  for (let back = LOOK_BACK; to > start; back *= 2) {
    const from = Math.max(start, to - back);
    const found = await lastSettings(log, from, to);
    if (found !== null) {
      settings.note(found.control, found.offset);
      break;
    }
    to = from;
  }
  return end;
}

/** Notes settings as they come, from an offset on; what this process told itself is known already. Ends with the log. */
export async function followSettings(log: Log, settings: SettingsKeeper, from: number): Promise<void> {
  const reader = log.reader('control', 0, from, { durable: true });
  try {
    for (;;) {
      const found = settingsOf(await reader.next());
      if (found !== null && found.offset > (settings.inForce()?.offset ?? -1))
        settings.note(found.control, found.offset);
    }
  } catch (error) {
    if (!isWeirError(error, 'LOG_CLOSED')) throw error;
  }
}

interface Found {
  readonly control: Control;
  readonly offset: number;
}

async function lastSettings(log: Log, from: number, to: number): Promise<Found | null> {
  const reader = log.reader('control', 0, from, { durable: true });
  let found: Found | null = null;
  for (let batch = await reader.nextBefore(to); batch !== null; batch = await reader.nextBefore(to)) {
    found = settingsOf(batch) ?? found;
  }
  return found;
}

/** The last settings of a batch. */
function settingsOf({ fingerprint, values, baseOffset }: RecordBatch): Found | null {
  if (fingerprint !== controlRecord.fingerprint) return null;
  for (let index = values.count - 1; index >= 0; index--) {
    const control = controlRecord.decode(valueAt(values, index));
    if (control.kind === 'settings') return { control, offset: baseOffset + index };
  }
  return null;
}

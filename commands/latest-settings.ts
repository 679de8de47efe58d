/** Settings that came another way than through this folder: those of the log, where they are later. */
import type { Log } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import { type Control, controlRecord } from '../schemas/events/control.ts';
import type { SettingsKeeper } from './control.ts';

/** Looked through first, from the end; twice as many each time. */
const LOOK_BACK = 1_024;

export async function noteLatestSettings(log: Log, settings: SettingsKeeper): Promise<void> {
  const kept = settings.inForce()?.offset ?? -1;
  const start = Math.max(log.start('control', 0), kept + 1);
  let to = log.end('control', 0);
  for (let back = LOOK_BACK; to > start; back *= 2) {
    const from = Math.max(start, to - back);
    const found = await lastSettings(log, from, to);
    if (found !== null) return settings.note(found.control, found.offset);
    to = from;
  }
}

async function lastSettings(log: Log, from: number, to: number) {
  const reader = log.reader('control', 0, from, { durable: true });
  let found: { readonly control: Control; readonly offset: number } | null = null;
  for (let batch = await reader.nextBefore(to); batch !== null; batch = await reader.nextBefore(to)) {
    const { fingerprint, values, baseOffset } = batch;
    if (fingerprint !== controlRecord.fingerprint) continue;
    for (let index = 0; index < values.count; index++) {
      const control = controlRecord.decode(valueAt(values, index));
      if (control.kind === 'settings') found = { control, offset: baseOffset + index };
    }
  }
  return found;
}

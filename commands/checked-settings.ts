/** Settings that people change in part: checked as a whole, with mistakes told by where they stand in what was asked. */
import { parseSettings } from '../processors/rules/settings.ts';
import { isWeirError, pointerTo, WeirError } from '../runtime/errors.ts';

/** Canonical settings, or SETTINGS_INVALID; `placed` says where in the request a place in the settings is. */
export function checkedAt(written: string, placed: (path: string) => string): string {
  try {
    return parseSettings(written, 'settings');
  } catch (error) {
    if (!isWeirError(error, 'SETTINGS_INVALID')) throw error;
    const { message, zh, fields } = error;
    throw new WeirError('SETTINGS_INVALID', message, {
      cause: error,
      ...(zh === null ? {} : { zh }),
      fields: fields.map((one) => ({ ...one, path: placed(one.path) })),
    });
  }
}

/** A JSON Pointer as it is below another; the whole where it is not below that. */
export function withoutBase(path: string, below: readonly string[]): string {
  const base = pointerTo(below);
  return path.startsWith(`${base}/`) ? path.slice(base.length) : path;
}

/** Control entries that people send: settings, freezes, switches. Each names who did it and why. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseSettings } from '../processors/rules/settings.ts';
import { Intake, type Receipt } from '../producers/intake.ts';
import { type Now, systemRandomBytes } from '../runtime/clock.ts';
import { WeirError } from '../runtime/errors.ts';
import type { Control } from '../schemas/events/control.ts';
import type { LogAccess } from './admin/access.ts';

/** The kind of a control entry and what belongs to that kind, in JSON form. */
export type ControlRequest = { readonly kind: string; readonly by: string; readonly reason: string } & {
  readonly [field: string]: unknown;
};

export interface Told {
  readonly controlId: string;
  readonly at: string;
  /** Where it stands in the topic `control`. */
  readonly offset: number;
}

/** What telling control needs of the log. */
export type ControlLog = Pick<LogAccess, 'append' | 'declareSchema'>;

/** Tells all partitions; resolves when it is on disk. */
export async function tellControl(log: ControlLog, now: Now, request: ControlRequest): Promise<Told> {
  const at = new Date(now()).toISOString();
  const controlId = `${request.kind}-${systemRandomBytes(8).toString('hex')}`;
  const [receipt] = await new Intake(log).submit('control', [{ ...request, controlId, at }], { single: true });
  return { controlId, at, offset: (receipt as Receipt).offset };
}

/** The settings in force and how they came to be; kept beside the log, which holds the entry itself. */
const inForce = z.object({
  settings: z.string(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  offset: z.int(),
  /** Content of WEIR_SETTINGS when it was last looked at, so that the same file is not applied over later changes. */
  fileSha256: z.string().nullable(),
});
export type SettingsInForce = z.infer<typeof inForce>;

const FILE = 'settings.json';

export function readSettingsInForce(dataDir: string): SettingsInForce | null {
  const path = join(dataDir, FILE);
  try {
    return inForce.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new WeirError(
      'CONFIG_INVALID',
      `${path}: not the settings in force; apply the settings again with weir rules apply`,
      { cause },
    );
  }
}

export interface SettingsChange {
  /** YAML or JSON. */
  readonly text: string;
  /** Named in messages about mistakes. */
  readonly fileName: string;
  readonly by: string;
  readonly reason: string;
}

/** Who holds the folder applies settings: checks them, tells control, and remembers them. */
export class SettingsKeeper {
  readonly #log: ControlLog;
  readonly #dataDir: string;
  readonly #now: Now;

  constructor(log: ControlLog, dataDir: string, now: Now) {
    this.#log = log;
    this.#dataDir = dataDir;
    this.#now = now;
  }

  inForce(): SettingsInForce | null {
    return readSettingsInForce(this.#dataDir);
  }

  async apply(change: SettingsChange): Promise<SettingsInForce> {
    const settings = parseSettings(change.text, change.fileName);
    return this.#tell(settings, change, this.inForce()?.fileSha256 ?? null);
  }

  /**
   * At start: the file’s settings where its content is new, the defaults where there are none yet. Defaults are told
   * like any others, because a later version of Weir may have different ones.
   */
  async applyAtStart(file: string | undefined): Promise<SettingsInForce> {
    const before = this.inForce();
    if (file === undefined) {
      return (
        before ??
        this.#tell(parseSettings('{}', 'defaults'), { by: 'weir', reason: 'Defaults at the first start' }, null)
      );
    }
    const text = readSettingsFile(file);
    const fileSha256 = createHash('sha256').update(text).digest('hex');
    if (before !== null && before.fileSha256 === fileSha256) return before;
    const settings = parseSettings(text, file);
    if (before === null || before.settings !== settings) {
      return this.#tell(settings, { by: 'WEIR_SETTINGS', reason: `Content of ${file}` }, fileSha256);
    }
    return this.#keep({ ...before, fileSha256 });
  }

  /** Remembers settings that came another way than through here. */
  note({ kind, settings, by, reason, at }: Control, offset: number): void {
    if (kind !== 'settings' || settings === null) return;
    const fileSha256 = this.inForce()?.fileSha256 ?? null;
    this.#keep({ settings, by: by ?? '', reason: reason ?? '', at: new Date(at).toISOString(), offset, fileSha256 });
  }

  async #tell(
    settings: string,
    { by, reason }: { readonly by: string; readonly reason: string },
    fileSha256: string | null,
  ) {
    const { at, offset } = await tellControl(this.#log, this.#now, { kind: 'settings', settings, by, reason });
    return this.#keep({ settings, by, reason, at, offset, fileSha256 });
  }

  #keep(kept: SettingsInForce): SettingsInForce {
    const path = join(this.#dataDir, FILE);
    writeFileSync(`${path}.new`, `${JSON.stringify(kept, null, 2)}\n`);
    renameSync(`${path}.new`, path);
    return kept;
  }
}

export function readSettingsFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WeirError('SETTINGS_INVALID', `${file}: the settings cannot be read`, { cause });
  }
}

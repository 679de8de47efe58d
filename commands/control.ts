/** Control entries that people send: settings, freezes, switches. Each names who did it and why. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RULES } from '../processors/rules/index.ts';
import { parseSettings } from '../processors/rules/settings.ts';
import { type Difference, differencesBetween, type RuleChange, withChange } from '../processors/rules/settings-edit.ts';
import { Intake, type Receipt } from '../producers/intake.ts';
import { type Now, systemRandomBytes } from '../runtime/clock.ts';
import { WeirError } from '../runtime/errors.ts';
import type { Control } from '../schemas/events/control.ts';
import type { LogAccess } from './admin/access.ts';
import { checkedAt, withoutBase } from './checked-settings.ts';
import { type GeneralChanged, type GeneralRequest, generalChanged } from './general-settings.ts';

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

/** Stands for the revision where no settings were told yet. */
export const NO_SETTINGS = -1;

/** A change of one rule, made on the settings of a revision: the offset of the entry that brought them. */
export interface RuleRequest {
  readonly rule: string;
  readonly revision: number;
  readonly change: RuleChange;
}

interface Reasoned {
  readonly by: string;
  readonly reason: string;
}

export interface ChangedRule {
  readonly revision: number;
  readonly changes: readonly Difference[];
}

/** Who holds the folder applies settings: checks them, tells control, and remembers them. */
export class SettingsKeeper {
  readonly #log: ControlLog;
  readonly #dataDir: string;
  readonly #now: Now;
  /** Who changes settings waits for whoever did before. */
  #before: Promise<unknown> = Promise.resolve();

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
    return this.#inTurn(() => this.#tell(settings, change, this.inForce()?.fileSha256 ?? null));
  }

  /** What a change of one rule would come to; throws where it is not valid, or made on settings that are no longer in force. */
  preview({ rule, revision, change }: RuleRequest): ChangedRule & { readonly settings: string } {
    if (!RULES.some(({ id }) => id === rule)) {
      throw new WeirError('NOT_FOUND', `There is no rule ${rule}.`, { zh: `没有规则 ${rule}。` });
    }
    const before = this.#settingsAt(revision);
    const settings = checkedAt(withChange(before, rule, change), (path) => withoutBase(path, ['rules', rule]));
    return { revision, changes: differencesBetween(before, settings).get(rule) ?? [], settings };
  }

  /** The same for settings that are of no rule. */
  previewGeneral({ revision, ...asked }: GeneralRequest): GeneralChanged & { readonly revision: number } {
    return { revision, ...generalChanged(this.#settingsAt(revision), asked) };
  }

  /** Changes one rule as `apply` does, by the whole settings: what others said of other rules stays. */
  async changeRule(request: RuleRequest, told: Reasoned): Promise<ChangedRule> {
    return this.#inTurn(async () => {
      const { changes, settings } = this.preview(request);
      return { revision: await this.#tellChanged(settings, changes, told), changes };
    });
  }

  async changeGeneral(
    request: GeneralRequest,
    told: Reasoned,
  ): Promise<GeneralChanged & { readonly revision: number }> {
    return this.#inTurn(async () => {
      const { revision: _, ...changed } = this.previewGeneral(request);
      return { ...changed, revision: await this.#tellChanged(changed.settings, changed.changes, told) };
    });
  }

  /** The settings in force; throws where they are no longer those that a change was made on. */
  #settingsAt(revision: number): string {
    const before = this.inForce();
    if (revision !== (before?.offset ?? NO_SETTINGS)) throw changedMeanwhile(before);
    return before?.settings ?? '{}';
  }

  async #tellChanged(settings: string, changes: readonly unknown[], told: Reasoned): Promise<number> {
    if (changes.length === 0) {
      throw new WeirError('REQUEST_INVALID', 'This changes nothing: all of it is in force already.', {
        zh: '没有变化：所填内容均已生效。',
      });
    }
    const { offset } = await this.#tell(settings, told, this.inForce()?.fileSha256 ?? null);
    return offset;
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
        this.#tell(
          parseSettings('{}', 'defaults'),
          { by: 'weir', reason: 'Defaults at the first start (首次启动的默认设置)' },
          null,
        )
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

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#before.then(work);
    this.#before = result.catch(() => undefined);
    return result;
  }

  async #tell(settings: string, { by, reason }: Reasoned, fileSha256: string | null) {
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

function changedMeanwhile(now: SettingsInForce | null): WeirError {
  const [by, at] = [now?.by ?? '', now?.at ?? ''];
  return new WeirError('CONFLICT', `Settings were changed meanwhile, by ${by} at ${at}: look at them again.`, {
    zh: `设置已由 ${by} 于 ${at} 变更，请重新查看后再修改。`,
  });
}

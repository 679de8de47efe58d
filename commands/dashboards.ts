/** For developers: `npm run dashboards` writes Grafana’s dashboards and its provisioning from the panels. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dashboardFiles, type GeneratedFile, type GrafanaOptions } from '../dashboards/grafana/generate.ts';
import { provisioningFiles } from '../dashboards/grafana/provisioning.ts';
import { RULES } from '../processors/rules/index.ts';
import { settingsSchema } from '../processors/rules/settings.ts';
import type { Declare } from './cli.ts';

export const GENERATED = join(import.meta.dirname, '../deploy/grafana');

/** Folders that hold nothing else. */
export const OWN_FOLDERS = ['dashboards', 'provisioning/dashboards', 'provisioning/alerting'];

export const declareDashboards: Declare = (program, cli) => {
  const { zone, baseCurrency } = settingsSchema.parse({}).institution;
  program
    .command('dashboards', { hidden: true })
    .option('--zone <zone>', 'time zone of the dashboards', zone)
    .option('--base-currency <code>', 'currency that amounts are converted to', baseCurrency)
    .option('--out <folder>', 'where to', GENERATED)
    .action((options: { zone: string; baseCurrency: string; out: string }) => {
      const files = grafanaFiles(options);
      for (const folder of OWN_FOLDERS) rmSync(join(options.out, folder), { recursive: true, force: true });
      for (const { path, text } of files) {
        mkdirSync(dirname(join(options.out, path)), { recursive: true });
        writeFileSync(join(options.out, path), text);
      }
      cli.terminal.print(`${files.length} files in ${options.out}`);
    });
};

/** Everything that Grafana is given. */
export function grafanaFiles(institution?: Pick<GrafanaOptions, 'zone' | 'baseCurrency'>): GeneratedFile[] {
  const { zone, baseCurrency } = institution ?? settingsSchema.parse({}).institution;
  const rules = new Map(RULES.map(({ id, title }) => [id, title]));
  return [...dashboardFiles({ zone, baseCurrency, rules }), ...provisioningFiles()];
}

/** What of them the folder holds; null where one is missing. */
export function writtenFile({ path }: GeneratedFile, folder = GENERATED): string | null {
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

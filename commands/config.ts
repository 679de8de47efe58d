/** `weir config`: the effective settings of the process and where each came from. */
import { type LoadedConfig, SETTING_NAMES, type SettingName, settingFacts } from '../runtime/config.ts';
import { type Declare, settingsOf } from './cli.ts';
import { type Text, table } from './terminal.ts';

const HIDDEN = '********';

const FROM: { readonly [origin: string]: Text } = {
  default: { en: 'default', zh: '默认值' },
  file: { en: 'file', zh: '文件' },
  environment: { en: 'environment', zh: '环境变量' },
  option: { en: 'command line', zh: '命令行' },
};

export const declareConfig: Declare = (program, cli) => {
  program
    .command('config')
    .description('Print the effective settings and where each came from; secrets are masked.')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => {
      const loaded = settingsOf(cli);
      const { terminal } = cli;
      const rows = SETTING_NAMES.map((name) => ({ name, ...shown(loaded, name) }));
      if (options.json === true) {
        terminal.print(JSON.stringify(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])), null, 2));
        return;
      }
      const head = [
        { en: 'Variable', zh: '变量' },
        { en: 'Value', zh: '值' },
        { en: 'From', zh: '来源' },
        { en: 'Meaning', zh: '含义' },
      ].map((text) => terminal.say(text));
      const cells = rows.map(({ name, value, from }) => {
        const facts = settingFacts(name);
        return [facts.variable, value ?? '–', terminal.say(FROM[from] as Text), terminal.say(facts)];
      });
      for (const line of table(head, cells)) terminal.print(line);
      if (loaded.file !== null) terminal.print(`\n${terminal.say(FROM.file as Text)}: ${loaded.file}`);
    });
};

function shown({ origins }: LoadedConfig, name: SettingName) {
  const { from, written } = origins[name];
  const value = settingFacts(name).secret === true && written !== null ? HIDDEN : written;
  return { variable: settingFacts(name).variable, value, from };
}

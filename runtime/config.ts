/**
 * Settings of the process (not of the rules): each is declared once, with its environment variable,
 * default and meaning, and the reference in the README is made from the declaration.
 *
 * The environment goes before `weir.yaml`, and that before the default. A setting that nobody knows is
 * refused: a mistyped name would otherwise leave its default in force without a word.
 */
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../schemas/time.ts';
import { isWeirError, WeirError } from './errors.ts';
import { nearest } from './nearest.ts';
import { serviceSettings } from './service-settings.ts';
import { factsOf, type SettingFacts, setting } from './setting.ts';
import { tracingSettings } from './tracing-settings.ts';
import { webhookSettings } from './webhook-settings.ts';
import { bytesBetween, durationBetween, oneOf, plainText, roleList, seedOrOff, wholeNumber } from './written.ts';

const MIB = 1_024 ** 2;

const declaration = z.strictObject({
  dataDir: setting(plainText(), {
    variable: 'WEIR_DATA_DIR',
    default: './data',
    en: 'Folder that holds the log, the state, ClickHouse and the keys.',
    zh: '数据目录：日志、状态、ClickHouse 与密钥。',
  }),
  host: setting(plainText(1, 255), {
    variable: 'WEIR_HOST',
    default: '127.0.0.1',
    en: 'Address that HTTP listens on; 127.0.0.1 is reached from this machine only.',
    zh: 'HTTP 监听地址；127.0.0.1 仅本机可访问。',
  }),
  port: setting(wholeNumber(0, 65_535), {
    variable: 'WEIR_PORT',
    default: '8787',
    en: 'Port that HTTP listens on; 0 takes any free one.',
    zh: 'HTTP 端口；0 表示任取空闲端口。',
  }),
  adminKey: setting(plainText(16, 256), {
    variable: 'WEIR_ADMIN_KEY',
    default: null,
    en: 'Key of the administrator; without it one is made at the first start and shown once.',
    zh: '管理员密钥；未设置时首次启动生成并只显示一次。',
    secret: true,
  }),
  partitions: setting(wholeNumber(1, 256), {
    variable: 'WEIR_PARTITIONS',
    default: '16',
    en: 'Partitions of the journal; chosen at the first start, then fixed for life.',
    zh: '流水日志分区数；首次启动时确定，此后不变。',
    unit: 'partitions',
  }),
  foldThreads: setting(wholeNumber(1, 64), {
    variable: 'WEIR_FOLD_THREADS',
    default: '2',
    en: 'Threads that fold the journal; the first also routes.',
    zh: '处理线程数；第一个线程兼任路由。',
    unit: 'threads',
  }),
  roles: setting(roleList(), {
    variable: 'WEIR_ROLES',
    default: null,
    en: 'What a process of `weir run` takes care of, separated by commas: route, score, clickhouse, http, clock; all unless said.',
    zh: '`weir run` 进程承担的角色，逗号分隔：route、score、clickhouse、http、clock；未设置则为全部。',
  }),
  settings: setting(plainText(), {
    variable: 'WEIR_SETTINGS',
    default: null,
    en: 'YAML file of rule settings, applied at start where its content changed.',
    zh: '规则设置 YAML 文件；内容有变时启动即生效。',
  }),
  demo: setting(seedOrOff(), {
    variable: 'WEIR_DEMO',
    default: 'off',
    en: 'Seed of the demo traffic, or off. `npm start` turns it on unless this says otherwise.',
    zh: '演示流量的随机种子，或 off。`npm start` 默认打开演示。',
  }),
  logLevel: setting(oneOf(['debug', 'info', 'warn', 'error', 'silent']), {
    variable: 'WEIR_LOG_LEVEL',
    default: 'info',
    en: 'Least grave level that is logged.',
    zh: '日志的最低级别。',
  }),
  lang: setting(oneOf(['en', 'zh']), {
    variable: 'WEIR_LANG',
    default: null,
    en: 'Language of the terminal; without it LC_ALL, LC_MESSAGES and LANG decide.',
    zh: '终端语言；未设置时由 LC_ALL、LC_MESSAGES、LANG 决定。',
  }),
  checkpointIntervalMs: setting(durationBetween(100, HOUR_MS), {
    variable: 'WEIR_CHECKPOINT_INTERVAL',
    default: '10s',
    en: 'Longest time between checkpoints of a partition; shorter means less to fold again after a crash.',
    zh: '分区检查点的最长间隔；越短，崩溃后重算越少。',
    unit: 'duration',
  }),
  checkpointBytes: setting(bytesBetween(64 * 1_024, 1_024 * MIB), {
    variable: 'WEIR_CHECKPOINT_BYTES',
    default: '16MB',
    en: 'Changed state that brings a checkpoint before its time.',
    zh: '变更状态达到此大小即提前做检查点。',
    unit: 'size',
  }),
  rateLimit: setting(wholeNumber(1, 10_000_000), {
    variable: 'WEIR_RATE_LIMIT',
    default: '5000',
    en: 'Requests a key (or, without one, an address) may send in a second.',
    zh: '每个密钥（无密钥时每个地址）每秒请求数上限。',
    unit: 'requests per second',
  }),
  bodyLimitBytes: setting(bytesBetween(1_024, 256 * MIB), {
    variable: 'WEIR_BODY_LIMIT',
    default: '4MB',
    en: 'Largest body of a request.',
    zh: '请求体大小上限。',
    unit: 'size',
  }),
  startDeadlineMs: setting(durationBetween(0, 24 * HOUR_MS), {
    variable: 'WEIR_START_DEADLINE',
    default: '5m',
    en: 'How long a process waits at its start for Kafka and the schema registry to answer; then it ends.',
    zh: '进程启动时等待 Kafka 与模式注册中心应答的最长时间；超时即退出。',
    unit: 'duration',
  }),
  stopDeadlineMs: setting(durationBetween(SECOND_MS, 10 * MINUTE_MS), {
    variable: 'WEIR_STOP_DEADLINE',
    default: '20s',
    en: 'Time for a graceful stop; what is not done by then is cut off, and the next start folds it again.',
    zh: '优雅停止的时限；逾时即中断，下次启动时重算。',
    unit: 'duration',
  }),
  ...serviceSettings,
  ...webhookSettings,
  ...tracingSettings,
});

export type Config = z.infer<typeof declaration>;
export type SettingName = keyof Config;

export const SETTING_NAMES = Object.keys(declaration.shape) as SettingName[];

export function settingFacts(name: SettingName): SettingFacts {
  return factsOf(declaration.shape[name]);
}

/** Where a value came from, and how it was written there. */
export interface Origin {
  readonly from: 'default' | 'file' | 'environment' | 'option';
  readonly written: string | null;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: { readonly [K in SettingName]: Origin };
  /** The YAML file that was read; null where there is none. */
  readonly file: string | null;
}

export interface ConfigSources {
  readonly environment: { readonly [name: string]: string | undefined };
  /** YAML file; `weir.yaml` where there is one, unless `WEIR_CONFIG` names another. */
  readonly file?: string;
  /** What options of the command line say: it goes before everything else. */
  readonly given?: { readonly [K in SettingName]?: string };
  /** What a command asks for where neither environment nor file says anything. */
  readonly suggested?: { readonly [K in SettingName]?: string };
}

/** Names the YAML file itself, so it cannot stand in it. */
const FILE_VARIABLE = 'WEIR_CONFIG';
const FILE_DEFAULT = 'weir.yaml';
/** Variables of this prefix steer tests and are none of the process's business. */
const TEST_PREFIX = 'WEIR_TEST_';

export function loadConfig(sources: ConfigSources): LoadedConfig {
  refuseUnknownVariables(sources.environment);
  const named = sources.file ?? nonEmpty(sources.environment[FILE_VARIABLE]);
  const fromFile = readSettingsFile(named ?? FILE_DEFAULT, named !== undefined);
  const origins: { [name: string]: Origin } = {};
  const problems: string[] = [];
  const values: { [name: string]: unknown } = {};
  for (const name of SETTING_NAMES) {
    const { raw, origin, place } = pick(name, sources, fromFile);
    origins[name] = origin;
    const result = declaration.shape[name].safeParse(raw);
    if (result.success) values[name] = result.data;
    else problems.push(`${place}: ${shown(name, raw)}${result.error.issues.map(({ message }) => message).join(', ')}`);
  }
  if (problems.length > 0) throw new WeirError('CONFIG_INVALID', problems.join('\n'));
  return {
    config: values as Config,
    origins: origins as LoadedConfig['origins'],
    file: fromFile === null ? null : fromFile.path,
  };
}

interface SettingsFile {
  readonly path: string;
  readonly values: { readonly [name: string]: unknown };
}

function pick(name: SettingName, sources: ConfigSources, file: SettingsFile | null) {
  const { variable, default: fallback } = settingFacts(name);
  const given = sources.given?.[name];
  if (given !== undefined) return candidate('option', given, `--${name}`);
  const fromEnvironment = nonEmpty(sources.environment[variable]);
  if (fromEnvironment !== undefined) return candidate('environment', fromEnvironment, variable);
  const fromFile = file?.values[name];
  if (file !== null && fromFile !== undefined) return candidate('file', fromFile, `${file.path}: ${name}`);
  const suggested = sources.suggested?.[name];
  if (suggested !== undefined) return candidate('option', suggested, `--${name}`);
  return { raw: undefined, origin: { from: 'default', written: fallback } as Origin, place: variable };
}

function candidate(from: Origin['from'], raw: unknown, place: string) {
  const origin: Origin = { from, written: typeof raw === 'string' ? raw : JSON.stringify(raw) };
  return { raw, origin, place };
}

function shown(name: SettingName, raw: unknown): string {
  if (settingFacts(name).secret === true) return '';
  // An address may carry a password, though none is taken from there.
  return `is ${JSON.stringify(raw).replace(/\/\/[^/@]*@/, '//********@')}, `;
}

/** Container tools pass unset variables on as empty ones. */
function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

function refuseUnknownVariables(environment: ConfigSources['environment']): void {
  const known = [FILE_VARIABLE, ...SETTING_NAMES.map((name) => settingFacts(name).variable)];
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('WEIR_') && !name.startsWith(TEST_PREFIX) && !known.includes(name),
  );
  if (unknown.length === 0) return;
  const lines = unknown.map((name) => `${name}: no such setting; the nearest is ${nearest(name, known)}`);
  throw new WeirError('CONFIG_INVALID', lines.join('\n'));
}

function readSettingsFile(path: string, required: boolean): SettingsFile | null {
  const text = readIfThere(path, required);
  if (text === null) return null;
  const values = parseSettingsFile(path, text);
  const unknown = Object.keys(values).filter((name) => !(SETTING_NAMES as string[]).includes(name));
  if (unknown.length > 0) {
    const lines = unknown.map(
      (name) => `${path}: ${name}: no such setting; the nearest is ${nearest(name, SETTING_NAMES)}`,
    );
    throw new WeirError('CONFIG_INVALID', lines.join('\n'));
  }
  return { path, values };
}

function readIfThere(path: string, required: boolean): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new WeirError('CONFIG_INVALID', `${path}: the settings file cannot be read`, { cause });
  }
}

function parseSettingsFile(path: string, text: string): { [name: string]: unknown } {
  try {
    const values: unknown = parseYaml(text) ?? {};
    if (typeof values === 'object' && !Array.isArray(values)) return values as { [name: string]: unknown };
    throw new WeirError('CONFIG_INVALID', `${path}: expected lines of “name: value”`);
  } catch (cause) {
    if (isWeirError(cause)) throw cause;
    throw new WeirError('CONFIG_INVALID', `${path}: not valid YAML: ${(cause as Error).message}`, { cause });
  }
}

/** The language of the terminal: as set, else as the shell's locale says, else English. */
export function terminalLanguage(config: Pick<Config, 'lang'>, environment: ConfigSources['environment']): 'en' | 'zh' {
  if (config.lang !== undefined) return config.lang;
  const locale = [environment.LC_ALL, environment.LC_MESSAGES, environment.LANG].find((value) => nonEmpty(value));
  return locale?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}

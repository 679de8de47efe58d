/**
 * The dashboards as they are committed: up to date, valid by Grafana’s own schemas, whole. Their queries run on
 * ClickHouse in `test/dashboards/panels`. Nothing here renders them: that takes a Grafana.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GENERATED, grafanaFiles, OWN_FOLDERS, writtenFile } from '../../../commands/dashboards.ts';
import { DASHBOARDS } from '../../../dashboards/grafana/dashboards.ts';
import { OPERATIONS_ALERTS } from '../../../dashboards/grafana/provisioning.ts';
import { PANELS } from '../../../dashboards/panels/panels.ts';
import { emptyTables, type ScenarioTables, scenarioTables } from '../../support/scenario-tables.ts';
import { ROOT } from '../../support/sources.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly rawSql: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly custom?: object } };
  readonly options?: object;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
  readonly panels: readonly Panel[];
}

const files = grafanaFiles();
const dashboards = files
  .filter(({ path }) => path.endsWith('.json'))
  .map(({ path, text }) => [path, JSON.parse(text) as Dashboard] as const);

interface Schema {
  readonly definitions: { readonly [name: string]: { readonly properties?: { [name: string]: object } } };
}

/** As published, but for two values that may be anything in Grafana’s own code and came out as objects of anything. */
function schemaOf(name: string): Schema {
  const file = join(ROOT, 'test/data/grafana-jsonschema', `${name}.jsonschema.json`);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const { MatcherConfig, DynamicConfigValue } = schema.definitions;
  if (MatcherConfig?.properties !== undefined) MatcherConfig.properties.options = {};
  if (DynamicConfigValue?.properties !== undefined) DynamicConfigValue.properties.value = {};
  return schema;
}

/** What a value breaks of a schema, or of one of its definitions. */
function faultsOf(value: unknown, name: string, definition?: string): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const schema = schemaOf(name);
  const whole = definition === undefined ? schema : { ...schema, $ref: `#/definitions/${definition}` };
  return ajv.validate(whole, value) ? [] : (ajv.errors ?? []);
}

describe('the committed files', () => {
  it('are those that the panels make (else: npm run dashboards)', () => {
    for (const file of files) expect(writtenFile(file), file.path).toBe(file.text);
    const there = OWN_FOLDERS.flatMap((folder) =>
      readdirSync(join(GENERATED, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    );
    expect(there).toHaveLength(files.length);
  });

  it('come out the same each time', () => {
    expect(grafanaFiles()).toEqual(files);
  });

  it('hold every panel, in both languages', () => {
    for (const language of ['en', 'zh'] as const) {
      const titles = dashboards
        .filter(([path]) => path.includes(`/${language}/`))
        .flatMap(([, { panels }]) => panels.map(({ title }) => title));
      expect(titles.filter((title) => title === undefined)).toEqual([]);
      for (const { title } of PANELS)
        expect(
          titles.some((one) => one.startsWith(title[language])),
          title.en,
        ).toBe(true);
    }
    expect(dashboards).toHaveLength(DASHBOARDS.length * 2);
  });

  it('follow the zone and the base currency of the institution', () => {
    const [first] = grafanaFiles({ zone: 'Asia/Tokyo', baseCurrency: 'JPY' });
    const text = first?.text ?? '';
    expect(text).toContain('"timezone": "Asia/Tokyo"');
    expect(text).not.toMatch(/Shanghai|CNY/);
  });
});

describe.each(dashboards)('%s', (_, dashboard) => {
  it('is valid by Grafana’s schema of dashboards', () => {
    expect(faultsOf(dashboard, 'dashboard')).toEqual([]);
    expect(dashboard.schemaVersion).toBe(42);
  });

  it('has options that are valid for each kind of panel', () => {
    for (const { type, title, options, fieldConfig } of dashboard.panels.filter((one) => one.type !== 'row')) {
      expect(faultsOf(options, type, 'Options'), title).toEqual([]);
      const custom = fieldConfig?.defaults.custom;
      if (custom !== undefined) expect(faultsOf(custom, type, 'FieldConfig'), title).toEqual([]);
    }
  });

  it('places panels beside each other, with ids of their own', () => {
    const cells = new Set<string>();
    for (const {
      gridPos: { x, y, w, h },
    } of dashboard.panels) {
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          const cell = `${column},${line}`;
          expect(column < 24 && !cells.has(cell), cell).toBe(true);
          cells.add(cell);
        }
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('uses no variable that it does not have', () => {
    const known = dashboard.templating.list.map(({ name }) => name);
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$(?:\{(\w+)[:}]|(\w+))/g)].map(
      ([, braced, plain]) => braced ?? plain ?? '',
    );
    expect(used.filter((name) => !name.startsWith('__') && !known.includes(name))).toEqual([]);
  });
});

describe('the provisioning', () => {
  const yaml = files.filter(({ path }) => path.endsWith('.yml')).map(({ path, text }) => [path, text] as const);

  it.each(yaml)('%s is YAML of version 1 and holds no secret', (_, text) => {
    expect(parse(text)).toMatchObject({ apiVersion: 1 });
    for (const [, value] of text.matchAll(/(?:password|secret): (.*)/g)) expect(value).toMatch(/^\$[A-Z_]+$/);
  });

  it('has alert rules whose condition is one of their steps', () => {
    const { groups } = parse(yaml.find(([path]) => path.endsWith('rules.yml'))?.[1] ?? '');
    for (const { condition, data } of groups[0].rules) {
      expect(data.map(({ refId }: { refId: string }) => refId)).toContain(condition);
    }
  });
});

describe.each(['nothing', 'approvals'])('with %s in the tables', (scenario) => {
  let tables: ScenarioTables;
  beforeAll(async () => {
    tables = scenario === 'nothing' ? await emptyTables() : await scenarioTables(scenario);
  });
  afterAll(() => tables.close());
  const rowsOf = async (query: string): Promise<unknown[][]> =>
    (await tables.clickhouse.read.query({ query, format: 'JSONCompactEachRow' })).json();

  it.each(OPERATIONS_ALERTS.map((alert) => [alert.id, alert] as const))(
    'the alert %s asks for one number',
    async (_, { sql, noData }) => {
      const rows = await rowsOf(sql);
      expect(rows).toHaveLength(1);
      expect(rows[0]).toHaveLength(1);
      const [[value]] = rows as [[unknown]];
      if (value !== null) expect(typeof value).toBe('number');
      else expect(noData).toBe('OK');
    },
  );

  it('variables of dashboards have values', async () => {
    const queries = dashboards.flatMap(([, { templating }]) => templating.list.filter(({ type }) => type === 'query'));
    for (const { query, name } of queries) {
      const rows = await rowsOf(query);
      if (name === 'currency') expect(rows[0]?.[1]).toBe('base');
      if (scenario !== 'nothing') expect(rows.length, name).toBeGreaterThan(0);
    }
  });
});

/** The containers: what `docker compose` makes of the file, and what each service must keep to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTING_NAMES, settingFacts } from '../../runtime/config.ts';
import { program } from '../support/programs.ts';
import { describeWith } from '../support/real-parts.ts';
import { ROOT } from '../support/sources.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: { readonly [service: string]: { readonly condition: string } };
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const file = parse(read('docker-compose.yml'), { merge: true }) as { readonly services: { [name: string]: Service } };
const services = Object.entries(file.services);
const ours = services.filter(([, { image }]) => image.startsWith('weir:'));
const others = services.filter(([, { image }]) => !image.startsWith('weir:'));
const dockerfile = read('Dockerfile');
const SECRETS = {
  WEIR_ADMIN_KEY: 'a-key-of-the-test-0',
  CLICKHOUSE_PASSWORD: 'c',
  GRAFANA_PASSWORD: 'g',
  GRAFANA_ALERT_SECRET: 's',
};

describe('docker-compose.yml', () => {
  it('brings up Kafka, a registry, ClickHouse, Prometheus, Grafana and each role', () => {
    expect(others.map(([name]) => name)).toEqual(['kafka', 'registry', 'clickhouse', 'prometheus', 'grafana']);
    const roles = ours.flatMap(([, { command = [] }]) => (command[0] === 'run' ? command[2]?.split(',') : []));
    expect(roles.sort()).toEqual(['clickhouse', 'clock', 'http', 'route', 'score']);
  });

  it('names every image to the last number of its version', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+(\.\d+)?$/);
    expect(file.services.kafka?.image).toBe('apache/kafka:4.3.0');
    expect(ours.map(([, { image }]) => image)).toEqual(ours.map(() => `weir:${packageJson().version}`));
  });

  it('asks every service that goes on how it is', () => {
    for (const [name, { healthcheck, restart }] of others) {
      expect(healthcheck?.test?.[0], name).toBe('CMD');
      expect(restart, name).toBe('unless-stopped');
    }
    for (const [name, { healthcheck, restart }] of ours) {
      // Our image says itself how it is asked; what ends by itself is not asked.
      expect(healthcheck?.disable ?? false, name).toBe(restart === 'no');
    }
    expect(dockerfile).toMatch(/^HEALTHCHECK .*--start-period=/m);
  });

  it('gives no service more than it needs', () => {
    for (const [name, { cap_drop, security_opt, ports = [] }] of services) {
      expect(cap_drop, name).toEqual(['ALL']);
      expect(security_opt, name).toEqual(['no-new-privileges:true']);
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    }
    for (const [name, { read_only, tmpfs }] of ours) {
      expect(read_only, name).toBe(true);
      expect(tmpfs, name).toContain('/tmp');
    }
  });

  it('sets only what Weir knows, and holds no password', () => {
    const known = SETTING_NAMES.map((name) => settingFacts(name));
    for (const [name, { environment = {} }] of ours) {
      for (const [variable, value] of Object.entries(environment)) {
        const facts = known.find((one) => one.variable === variable);
        expect(facts, `${name}: ${variable}`).toBeDefined();
        if (facts?.secret) expect(value, `${name}: ${variable}`).toMatch(/^\$\{[A-Z_]+:\?/);
      }
    }
    for (const [name, { environment = {} }] of others) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET/.test(variable)) expect(value, `${name}: ${variable}`).toMatch(/^\$\{[A-Z_]+:\?/);
      }
    }
    expect(read('.env.example').match(/^[A-Z_]+=$/gm)).toEqual(Object.keys(SECRETS).map((name) => `${name}=`));
  });

  it('waits for what must be there, and for nothing else', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(file.services, name).toHaveProperty(other);
        const ends = file.services[other]?.restart === 'no';
        expect(condition, `${name} on ${other}`).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });
});

const compose = program('docker compose', [['docker', 'compose'], ['docker-compose']], ['version']);

describeWith(compose, 'docker compose', () => {
  it('reads the file', () => {
    const config = JSON.parse(compose.run(['config', '--format', 'json'], { cwd: ROOT, env: SECRETS })) as {
      services: { [name: string]: Service };
    };
    expect(Object.keys(config.services).sort()).toEqual(Object.keys(file.services).sort());
    expect(config.services['weir-http']?.environment).toMatchObject({ WEIR_ADMIN_KEY: SECRETS.WEIR_ADMIN_KEY });
  });

  it('refuses to go on without a password', () => {
    const env = { ...SECRETS, CLICKHOUSE_PASSWORD: '' };
    expect(() => compose.run(['config', '--quiet'], { cwd: ROOT, env })).toThrow('see .env.example');
  });
});

function packageJson() {
  return JSON.parse(read('package.json')) as {
    readonly version: string;
    readonly dependencies: { readonly [name: string]: string };
  };
}

/** What is asked inside a container of Weir, by the Node that it has. Each prints one line of JSON. */

/** Journal partitions that a worker takes care of. */
export const OWNED = `
  const response = await fetch('http://127.0.0.1:8787/metrics');
  const lags = (await response.text()).matchAll(/^weir_lag_records\\{stage="score",[^}]*partition="(\\d+)"\\}/gm);
  console.log(JSON.stringify([...lags].map(([, partition]) => Number(partition))));`;

/** Asks ClickHouse as Weir does, from Weir’s own container. */
export const QUERY = `
  const { WEIR_CLICKHOUSE_URL: url, WEIR_CLICKHOUSE_USERNAME: user, WEIR_CLICKHOUSE_PASSWORD: password } = process.env;
  const authorization = 'Basic ' + Buffer.from(user + ':' + password).toString('base64');
  const response = await fetch(url + '/?database=weir', { method: 'POST', body: process.argv[1], headers: { authorization } });
  console.log(await response.text());`;

/** As whom each process runs, what it may write to, and which packages are there of some. */
export const RIGHTS = `
  import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  const outcomeOf = (folder) => {
    try {
      writeFileSync(folder + '/probe', '');
      rmSync(folder + '/probe');
      return 'written';
    } catch (error) {
      return error.code;
    }
  };
  const processes = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => {
    const lines = readFileSync('/proc/' + pid + '/status', 'utf8').split('\\n');
    const of = (name) => lines.find((line) => line.startsWith(name + ':')).split(/\\s+/)[1];
    return [of('Uid'), of('Gid'), of('CapPrm'), of('CapEff'), of('CapBnd'), of('NoNewPrivs')].join(' ');
  });
  const writes = Object.fromEntries(['/', '/app', '/etc', '/usr/local/bin', '/data', '/tmp'].map((at) => [at, outcomeOf(at)]));
  const packages = ['vite', 'typescript', '@chdb', 'node', 'kafkajs'].filter((name) => existsSync('/app/node_modules/' + name));
  console.log(JSON.stringify({ processes: [...new Set(processes)], writes, packages }));`;

/** Ends Weir’s process as a crash would; the one before it only passes signals on. */
export const CRASH = `
  import { readdirSync, readFileSync } from 'node:fs';
  const lines = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => [Number(pid), readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0')]);
  const [pid] = lines.find(([, [program, script]]) => program === 'node' && script === 'weir.ts');
  console.log(JSON.stringify(pid));
  process.kill(pid, 'SIGKILL');`;

/** `weir evaluate`: how good the rules are on data with labels: precision, recall and F1, per rule and overall. */
import type { ClickHouseClient } from '@clickhouse/client';
import { type Evaluation, evaluate } from '../dashboards/evaluate.ts';
import { readAlerts, readLabels, readPopulation } from '../dashboards/evaluation-data.ts';
import { formatEvaluation } from '../dashboards/evaluation-text.ts';
import { WeirError } from '../runtime/errors.ts';
import type { AdminAction } from './admin/routes.ts';
import { type Declare, settingsOf } from './cli.ts';
import { isEvaluation } from './engine.ts';
import { withEngine } from './with-engine.ts';

/** What the running Weir does for this command, since one process holds ClickHouse. */
export function evaluateAction(client: ClickHouseClient, dataDir: string): AdminAction {
  return { method: 'GET', path: '/evaluation', answer: () => evaluateFolder(client, dataDir) };
}

export const declareEvaluate: Declare = (program, cli) => {
  program
    .command('evaluate')
    .description(
      'Print precision, recall and F1 per rule and overall, by account, against the labels of imported data.',
    )
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const loaded = settingsOf(cli);
      const { dataDir } = loaded.config;
      const how = { evaluation: isEvaluation(dataDir), mayCreate: false };
      const evaluation = await withEngine(cli, loaded, how, async (host) => {
        if (host.kind === 'running') return host.client.ask<Evaluation>('GET', '/evaluation');
        await host.engine.caughtUp();
        return evaluateFolder(host.engine.clickhouse.read, dataDir);
      });
      const { terminal } = cli;
      terminal.print(
        options.json === true ? JSON.stringify(evaluation) : formatEvaluation(evaluation, terminal.language),
      );
    });
};

async function evaluateFolder(client: ClickHouseClient, dataDir: string): Promise<Evaluation> {
  const labels = await readLabels(dataDir);
  if (labels.length === 0) {
    throw new WeirError('NOT_FOUND', `${dataDir}/labels holds no labels; import data that has some, or start the demo`);
  }
  return evaluate(await readAlerts(client), labels, await readPopulation(client));
}

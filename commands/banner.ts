/** What `weir start` says once it runs: where it is reached, where the data lies, how to stop, and the first key. */
import { join } from 'node:path';
import { isConsoleBuilt } from '../dashboards/console-pages.ts';
import type { Config } from '../runtime/config.ts';
import type { Log } from '../runtime/log/port.ts';
import { partitionsOf, TOPICS, type TopicName } from '../schemas/topics.ts';
import type { Serving } from './serve.ts';
import type { DemoState } from './start.ts';
import { formatCount, type Terminal, type Text, widthOf } from './terminal.ts';
import { TEXTS } from './texts.ts';

export interface BannerFacts {
  readonly config: Config;
  readonly log: Log;
  readonly serving: Serving;
  readonly demo: DemoState;
  readonly evaluation: boolean;
}

export function printBanner(terminal: Terminal, { config, log, serving, demo, evaluation }: BannerFacts): void {
  const { address, firstAdminKey } = serving;
  const rows: [Text, string][] = [
    ...(isConsoleBuilt() ? ([[TEXTS.console, address]] as [Text, string][]) : []),
    [TEXTS.address, address],
    [TEXTS.openApi, `${address}/docs`],
    [TEXTS.metrics, `${address}/metrics`],
    [TEXTS.data, `${config.dataDir}${holdings(terminal, log)}`],
  ];
  if (terminal.isInteractive) rows.push([TEXTS.log, join(config.dataDir, 'weir.log')]);
  if (demo !== null)
    rows.push([TEXTS.demo, terminal.say(demo === 'refused' ? TEXTS.demoRefused : TEXTS.demoSeed(demo.seed))]);
  if (evaluation) rows.push([TEXTS.clock, terminal.say(TEXTS.clockOfData)]);
  rows.push([TEXTS.stop, terminal.say(TEXTS.stopHow)]);
  const labels = rows.map(([label]) => terminal.say(label));
  const width = Math.max(...labels.map(widthOf));
  terminal.print();
  rows.forEach(([, value], index) => {
    const label = labels[index] as string;
    terminal.print(`  ${label}${' '.repeat(width - widthOf(label))}  ${value}`);
  });
  terminal.print();
  if (firstAdminKey === null) return;
  terminal.print(`  ${terminal.say(TEXTS.adminKey)}`);
  terminal.print(`  ${firstAdminKey}`);
  terminal.print();
  terminal.print(`  ${terminal.say(TEXTS.tryIt)}`);
  terminal.print(`  curl -s '${address}/v1/alerts?limit=3' -H 'Authorization: Bearer ${firstAdminKey}'`);
  terminal.print();
}

/** What the folder holds from earlier; nothing at the first start. */
function holdings(terminal: Terminal, log: Log): string {
  const count = (topic: TopicName) =>
    Array.from({ length: partitionsOf(TOPICS[topic], log.partitions) }, (_, partition) =>
      log.end(topic, partition),
    ).reduce((sum, end) => sum + end, 0);
  const transfers = count('transfers');
  if (transfers === 0) return '';
  return `, ${terminal.say(TEXTS.holds(formatCount(transfers), formatCount(count('decisions'))))}`;
}

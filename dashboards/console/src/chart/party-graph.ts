/** The small graph of who pays whom behind an alert: an arrow for each pair, as wide as the money is much. */
import type { EChartsCoreOption } from 'echarts/core';
import type { z } from 'zod';
import type { detailBody } from '../../../api/alerts.ts';
import type { Words } from '../../../panels/words.ts';
import { formatMoney } from '../format.ts';

export type Leg = z.infer<typeof detailBody>['legs'][number];
type Language = keyof Words;

const PARTIES_MAX = 40;

export function partyGraph(legs: readonly Leg[], subject: string, language: Language): EChartsCoreOption {
  const flows = new Map<
    string,
    { source: string; target: string; minor: number; currency: string; times: number; hit: boolean }
  >();
  for (const { debtor, creditor, amount, hit } of oncePerTransfer(legs)) {
    const key = `${debtor.party} ${creditor.party} ${amount.currency}`;
    const flow = flows.get(key) ?? {
      source: debtor.party,
      target: creditor.party,
      minor: 0,
      currency: amount.currency,
      times: 0,
      hit: false,
    };
    flow.minor += amount.minor;
    flow.times++;
    flow.hit ||= hit;
    flows.set(key, flow);
  }
  const largest = [...flows.values()]
    .sort((left, right) => Number(right.hit) - Number(left.hit) || right.minor - left.minor)
    .slice(0, PARTIES_MAX);
  const most = Math.max(1, ...largest.map(({ minor }) => minor));
  const parties = [...new Set([subject, ...largest.flatMap(({ source, target }) => [source, target])])];
  return {
    tooltip: { confine: true },
    series: [
      {
        type: 'graph',
        layout: 'force',
        roam: true,
        // Settled at once: what moves for seconds cannot be read meanwhile.
        force: { repulsion: 220, edgeLength: 110, layoutAnimation: false },
        edgeSymbol: ['none', 'arrow'],
        edgeSymbolSize: 8,
        label: { show: true, position: 'bottom', fontSize: 11 },
        data: parties.map((name) => ({
          name,
          symbolSize: name === subject ? 34 : 18,
          itemStyle: { color: name === subject ? '#cf1322' : '#1677ff' },
        })),
        links: largest.map(({ source, target, minor, currency, times, hit }) => ({
          source,
          target,
          name: `${source} → ${target}: ${formatMoney(minor, currency, language)} (${times})`,
          lineStyle: { width: 1 + (5 * minor) / most, curveness: 0.15, color: hit ? '#cf1322' : '#8c8c8c' },
          tooltip: { formatter: '{b}' },
        })),
      },
    ],
  };
}

/** What was submitted, settled and returned is one transfer: the last that is known of it counts, and whether any of it was hit. */
function oncePerTransfer(legs: readonly Leg[]): Leg[] {
  const byTransfer = new Map<string, Leg>();
  for (const leg of legs) {
    const known = byTransfer.get(leg.transferId);
    const later = known === undefined || known.at < leg.at ? leg : known;
    byTransfer.set(leg.transferId, { ...later, hit: leg.hit || known?.hit === true });
  }
  return [...byTransfer.values()];
}

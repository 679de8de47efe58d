/** What the live stream of the console stands on in a process: how far ClickHouse has got, here or elsewhere. */

import { LiveHub } from '../dashboards/api/live/hub.ts';
import { addLiveRoute, type LiveRouteParts } from '../dashboards/api/live/route.ts';
import { LiveWatch, type WatchParts } from '../dashboards/api/live/watch.ts';
import type { App } from '../runtime/http/app.ts';
import { SINK_NAME } from '../sinks/clickhouse/ledger.ts';
import type { Engine } from './engine.ts';

export function startLive(
  engine: Pick<Engine, 'log' | 'sink' | 'clickhouse'>,
  app: App,
  parts: Pick<LiveRouteParts, 'callerNow'> & { readonly onFault: (error: unknown) => void },
): LiveHub {
  const watch = new LiveWatch({
    log: engine.log,
    clickhouse: engine.clickhouse.read,
    visible: () => visibleNow(engine),
  });
  const hub = new LiveHub(watch, parts.onFault);
  addLiveRoute(app, { hub, callerNow: parts.callerNow });
  return hub;
}

/** Where the sink runs in another process, what it committed last says how far it is. */
async function visibleNow({ log, sink }: Pick<Engine, 'log' | 'sink'>): ReturnType<WatchParts['visible']> {
  const own = sink.lags();
  const positions =
    own.length > 0
      ? own.map(({ topic, partition, records }) => ({ topic, partition, offset: log.end(topic, partition) - records }))
      : (await log.committed(SINK_NAME)).positions;
  const offsets = new Map(positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
  return (topic, partition) => offsets.get(`${topic}/${partition}`) ?? log.start(topic, partition);
}

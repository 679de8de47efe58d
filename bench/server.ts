/** The HTTP figures: the whole process in this one, loaded from another process. */
import { benchHttp, type HttpBenchResult } from './http.ts';
import { BENCH_KEY, withWholeProcess } from './whole-process.ts';

export async function benchServer(): Promise<HttpBenchResult> {
  return withWholeProcess({ WEIR_RATE_LIMIT: '10000000' }, ({ address, engine }) =>
    benchHttp({ address, key: BENCH_KEY, prefix: 'bench-', caughtUp: engine.caughtUp }),
  );
}

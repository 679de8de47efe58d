/**
 * The console of one officer, as the process meets it: a live stream, the charts of the overview, and the list of
 * alerts, each read again as often as its page does. A process of its own, so that its cost is not the server's.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DAY_MS, SECOND_MS } from '../schemas/time.ts';

export interface Visit {
  readonly address: string;
  readonly key: string;
  /** Charts that are read. */
  readonly panels: readonly string[];
}

/** Told once all was read for the first time, and at the end: answers other than 200. */
export type VisitMessage = { readonly open: true } | { readonly failed: number };

const CHARTS_MS = 15 * SECOND_MS;
const ALERTS_MS = 10 * SECOND_MS;

class Visitor {
  readonly #visit: Visit;
  failed = 0;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  /** Reads the live stream for as long as it goes on. */
  async live(): Promise<void> {
    const response = await this.#get('/v1/live');
    for await (const _ of response.body ?? []);
  }

  async charts(): Promise<void> {
    const range = `from=${new Date(Date.now() - DAY_MS).toISOString()}&to=${new Date().toISOString()}`;
    await Promise.all(
      this.#visit.panels.map(async (panel) => (await this.#get(`/v1/panels/${panel}?${range}`)).text()),
    );
  }

  async alerts(): Promise<void> {
    await (await this.#get('/v1/alerts?limit=50')).text();
  }

  async #get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#visit.key}` };
    const response = await fetch(this.#visit.address + path, { headers });
    if (response.status !== 200) this.failed++;
    return response;
  }
}

async function repeat(work: () => Promise<void>, everyMs: number): Promise<never> {
  for (;;) {
    await pause(everyMs);
    await work();
  }
}

process.once('message', (visit: Visit) => {
  const visitor = new Visitor(visit);
  void visitor.live();
  void Promise.all([visitor.charts(), visitor.alerts()]).then(() => {
    process.send?.({ open: true } satisfies VisitMessage);
    void repeat(() => visitor.charts(), CHARTS_MS);
    void repeat(() => visitor.alerts(), ALERTS_MS);
  });
  process.once('message', () => {
    process.send?.({ failed: visitor.failed } satisfies VisitMessage, () => process.exit(0));
  });
});

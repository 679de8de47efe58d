/**
 * The sending side of the HTTP bench, a process of its own so that what it costs is not counted as the
 * server's. Started by `bench/http.ts`, which tells it what to send; it answers with what it saw.
 */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export interface LoadTask {
  readonly address: string;
  readonly key: string;
  /** Begins every transferId: no two runs on one log may share it. */
  readonly prefix: string;
  readonly kind: 'batches' | 'singles';
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly parties: number;
  /** batches: requests under way at once, and events in each. */
  readonly connections: number;
  readonly batchSize: number;
  /** batches: transfers a second that are so large that each rings twice, once from either side; none unless said. */
  readonly largePerSecond?: number;
  /** singles: requests a second, begun on time whether or not the earlier ones are answered. */
  readonly requestsPerSecond: number;
}

export interface LoadResult {
  readonly requests: number;
  /** The same with those of the warm-up. */
  readonly requestsInAll: number;
  readonly seconds: number;
  /** Answers by HTTP status; `error` where there was none. */
  readonly statuses: { readonly [status: string]: number };
  /** From the time at which a request was due to the end of its answer, ms, ascending. */
  readonly latenciesMs: readonly number[];
  readonly clientCpuMicros: number;
}

/** Told to the parent when the warm-up is over: from here on the figures count. */
export type LoadMessage = { readonly measuring: true } | { readonly result: LoadResult };

class Load {
  readonly #task: LoadTask;
  readonly #agent: Agent;
  readonly #statuses: { [status: string]: number } = {};
  #latencies: number[] = [];
  #measuring = false;
  #sent = 0;
  #sentLarge = 0;
  #answered = 0;

  constructor(task: LoadTask) {
    this.#task = task;
    this.#agent = new Agent({ keepAlive: true, maxSockets: task.kind === 'batches' ? task.connections : 512 });
  }

  async run(): Promise<LoadResult> {
    const { warmUpMs, durationMs, kind } = this.#task;
    const begin = performance.now();
    const end = begin + warmUpMs + durationMs;
    let cpu = process.cpuUsage();
    setTimeout(() => {
      this.#measuring = true;
      cpu = process.cpuUsage();
      process.send?.({ measuring: true } satisfies LoadMessage);
    }, warmUpMs);
    await (kind === 'batches' ? this.#batches(begin, end) : this.#singles(begin, end));
    const used = process.cpuUsage(cpu);
    this.#agent.destroy();
    return {
      requests: this.#latencies.length,
      requestsInAll: this.#answered,
      seconds: (performance.now() - begin - warmUpMs) / 1_000,
      statuses: this.#statuses,
      latenciesMs: this.#latencies.sort((a, b) => a - b),
      clientCpuMicros: used.user + used.system,
    };
  }

  /** Closed loop: each connection sends its next batch when the last is acknowledged. */
  async #batches(begin: number, end: number): Promise<void> {
    const connection = async () => {
      for (let now = begin; now < end; now = performance.now()) {
        await this.#send('/v1/transfers', this.#batch(now - begin), now);
      }
    };
    await Promise.all(Array.from({ length: this.#task.connections }, connection));
  }

  /** Open loop: a slow answer delays no request, and latencies count from when a request was due. */
  async #singles(begin: number, end: number): Promise<void> {
    const { requestsPerSecond } = this.#task;
    const path = '/v1/transfers?wait=decision&timeoutMs=30000';
    const pending: Promise<void>[] = [];
    await new Promise<void>((resolve) => {
      const tick = () => {
        const now = performance.now();
        for (;;) {
          const due = begin + (pending.length * 1_000) / requestsPerSecond;
          if (due > now || due > end) break;
          pending.push(this.#send(path, this.#transfer(), due));
        }
        if (now < end) setTimeout(tick, 1);
        else resolve();
      };
      tick();
    });
    await Promise.all(pending);
  }

  #send(path: string, body: string, due: number): Promise<void> {
    const { address, key } = this.#task;
    const measured = this.#measuring;
    return new Promise((resolve) => {
      const done = (status: string) => {
        this.#answered++;
        if (measured) {
          this.#latencies.push(performance.now() - due);
          this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
        }
        resolve();
      };
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        authorization: `Bearer ${key}`,
      };
      const sending = request(address + path, { method: 'POST', agent: this.#agent, headers }, (response) => {
        response.resume();
        response.on('end', () => done(String(response.statusCode)));
      });
      sending.on('error', () => done('error'));
      sending.end(body);
    });
  }

  #batch(passedMs: number): string {
    const { batchSize, largePerSecond = 0 } = this.#task;
    const due = Math.floor((passedMs / 1_000) * largePerSecond);
    const large = Math.min(batchSize, due - this.#sentLarge);
    const transfers = Array.from({ length: batchSize }, (_, index) =>
      index < large ? this.#largeTransfer() : this.#transfer(),
    );
    return `[${transfers.join(',')}]`;
  }

  /** Between parties that no other has: nothing but its amount is to ring. */
  #largeTransfer(): string {
    const { prefix } = this.#task;
    const number = ++this.#sentLarge;
    return (
      `{"transferId":"${prefix}-large-${number}","at":"${new Date().toISOString()}","kind":"transfer",` +
      `"status":"settled","debtor":{"party":"P-${number}","account":"p-${number}"},` +
      `"creditor":{"party":"Q-${number}","account":"q-${number}"},` +
      `"amount":{"minor":900000000,"currency":"CNY"},"channel":"api"}`
    );
  }

  /** Two parties picked by multiplication, which spreads them evenly and is the same in every run. */
  #transfer(): string {
    const { prefix, parties } = this.#task;
    const number = ++this.#sent;
    const payer = Math.imul(number, 0x9e3779b1) >>> 0;
    const payee = Math.imul(number, 0x85ebca6b) >>> 0;
    return (
      `{"transferId":"${prefix}-${number}","at":"${new Date().toISOString()}","kind":"transfer","status":"submitted",` +
      `"debtor":{"party":"C-${payer % parties}","account":"62220202${payer % parties}"},` +
      `"creditor":{"party":"C-${payee % parties}","account":"62220202${payee % parties}"},` +
      `"amount":{"minor":${1_000 + (number % 100_000)},"currency":"CNY"},"channel":"api","device":"dev-${payer % parties}"}`
    );
  }
}

process.on('message', (task: LoadTask) => {
  void new Load(task).run().then((result) => {
    process.send?.({ result } satisfies LoadMessage, () => process.exit(0));
  });
});

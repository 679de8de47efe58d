/** The clients of a log: each has connections of its own, since a broker works off one request a connection at a time. */
import { type Connection, KafkaClient, type Patience } from './client.ts';

export interface ClientSettings {
  readonly connection: Connection;
  /** How long an append, or the opening, is tried while no broker lets it through; 30 s unless said. */
  readonly patienceMs?: number;
  /** How long a broker may take to answer before its connection is taken for dead; 30 s unless said. */
  readonly requestTimeoutMs?: number;
  /** Told of trouble that passes: brokers that do not answer, move or restart. */
  readonly onTrouble?: (error: unknown) => void;
}

const PATIENCE_MS = 30_000;

/** A client beside those of a log, for what is no topic’s. */
export async function openKafkaClient(settings: ClientSettings, patience?: Patience): Promise<KafkaClient> {
  const client = newClient(settings, []);
  try {
    await client.connect(patience);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

function newClient(settings: ClientSettings, topics: readonly string[]): KafkaClient {
  const { connection, patienceMs = PATIENCE_MS, requestTimeoutMs, onTrouble = () => {} } = settings;
  return new KafkaClient({ ...connection, topics, patienceMs, requestTimeoutMs, onTrouble });
}

export class Clients {
  readonly #settings: ClientSettings;
  readonly #topics: readonly string[];
  readonly #all: KafkaClient[] = [];
  readonly #writing = new Map<string, Promise<KafkaClient>>();

  constructor(settings: ClientSettings, topics: readonly string[]) {
    this.#settings = settings;
    this.#topics = topics;
  }

  /** One that is still to be connected. */
  make(): KafkaClient {
    const client = newClient(this.#settings, this.#topics);
    this.#all.push(client);
    return client;
  }

  /** One to write with, connected within so long. Whoever takes the same over again and again uses the same one. */
  writing(name: string, patienceMs: number): Promise<KafkaClient> {
    let writing = this.#writing.get(name);
    if (writing === undefined) {
      const client = this.make();
      writing = client.connect({ ms: patienceMs }).then(() => client);
      this.#writing.set(name, writing);
      writing.catch(() => this.#writing.delete(name));
    }
    return writing;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((client) => client.close()));
  }
}

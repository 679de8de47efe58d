/**
 * Tells those who listen which kinds of rows changed, at most twice a second. While nobody listens it does nothing at
 * all; while several do, it looks once for all of them. A listener that does not keep up is told all that it missed
 * in one, and one that takes nothing any more is let go.
 */
import { type Repeating, repeatEvery } from '../../../runtime/clock.ts';
import { isWeirError, WeirError } from '../../../runtime/errors.ts';
import type { RecordBatch } from '../../../runtime/log/port.ts';
import type { LiveKind, LiveWatch } from './watch.ts';

export const TICK_MS = 500;
export const HEARTBEAT_MS = 15_000;
const TICKS_A_HEARTBEAT = HEARTBEAT_MS / TICK_MS;
/** Heartbeats that a listener may leave unread. */
const UNREAD_MAX = 4;
const LISTENERS_MAX = 500;
/** Of one key or session: a person has so many tabs. */
const LISTENERS_OF_ONE_MAX = 16;

/** What somebody who listens may know now; null where the session or key is over. */
export interface Audience {
  readonly restricted: boolean;
}

export interface Listener {
  readonly keyId: string;
  audience(): Audience | null;
  /** False where what was written before is still on its way. */
  isReady(): boolean;
  tell(kinds: readonly LiveKind[]): void;
  beat(): void;
  /** `over`: the session is; `stopping`: Weir is; `slow`: nothing was taken for too long. */
  end(why: 'over' | 'stopping' | 'slow'): void;
}

interface Listening {
  readonly listener: Listener;
  /** Kinds that it has not been told yet: bounded, however long it takes. */
  readonly untold: Set<LiveKind>;
  unread: number;
}

export class LiveHub {
  readonly #watch: Pick<LiveWatch, 'begin' | 'look' | 'decided'>;
  readonly #onFault: (error: unknown) => void;
  readonly #listening = new Map<Listener, Listening>();
  #ticking: Repeating | null = null;
  #ticks = 0;
  #looking = false;
  #begun = false;
  #closed = false;

  constructor(watch: Pick<LiveWatch, 'begin' | 'look' | 'decided'>, onFault: (error: unknown) => void) {
    this.#watch = watch;
    this.#onFault = onFault;
  }

  /** True where changes from now on are told: somebody listens, and what was there before is known. */
  get listens(): boolean {
    return this.#begun && !this.#looking;
  }

  /** Refuses one listener too many before anything is answered. */
  admit(keyId: string): void {
    if (this.#closed) throw new WeirError('LOG_CLOSED', 'Weir is stopping.', { zh: 'Weir 正在停止。' });
    const own = [...this.#listening.keys()].filter((one) => one.keyId === keyId).length;
    if (own < LISTENERS_OF_ONE_MAX && this.#listening.size < LISTENERS_MAX) return;
    throw new WeirError('RATE_LIMITED', `${own} listen with this key, ${this.#listening.size} in all: no more may.`, {
      zh: `此密钥已有 ${own} 个实时连接，合计 ${this.#listening.size} 个，已达上限。`,
    });
  }

  add(listener: Listener): void {
    this.#listening.set(listener, { listener, untold: new Set(), unread: 0 });
    this.#ticking ??= repeatEvery(TICK_MS, () => this.tick());
    if (!this.#begun) this.tick();
  }

  remove(listener: Listener): void {
    this.#listening.delete(listener);
    if (this.#listening.size > 0) return;
    this.#ticking?.stop();
    this.#ticking = null;
    this.#begun = false;
  }

  decided(batch: RecordBatch): void {
    if (this.#begun) this.#watch.decided(batch);
  }

  close(): void {
    this.#closed = true;
    for (const listener of [...this.#listening.keys()]) this.#end(listener, 'stopping');
  }

  tick(): void {
    this.#ticks++;
    if (this.#ticks % TICKS_A_HEARTBEAT === 0) this.#beat();
    if (this.#looking) return;
    this.#looking = true;
    this.#look().then(
      () => {
        this.#looking = false;
      },
      (error) => {
        this.#looking = false;
        // A log that is away for a while is looked at again; the console polls meanwhile.
        const passes = isWeirError(error, 'LOG_CLOSED') || isWeirError(error, 'LOG_UNAVAILABLE');
        if (!passes) this.#onFault(error);
      },
    );
  }

  async #look(): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      await this.#watch.begin();
      return;
    }
    const { all, unrestricted } = await this.#watch.look();
    for (const { listener, untold } of [...this.#listening.values()]) {
      if (all.size === 0 && untold.size === 0) continue;
      const audience = listener.audience();
      if (audience === null) {
        this.#end(listener, 'over');
        continue;
      }
      for (const kind of audience.restricted ? all : unrestricted) untold.add(kind);
      if (untold.size === 0 || !listener.isReady()) continue;
      const kinds = [...untold];
      untold.clear();
      listener.tell(kinds);
    }
  }

  /** Keeps the connection open on its way, and lets those go who may listen no more or take nothing. */
  #beat(): void {
    for (const one of [...this.#listening.values()]) {
      one.unread = one.listener.isReady() ? 0 : one.unread + 1;
      if (one.listener.audience() === null) this.#end(one.listener, 'over');
      else if (one.unread > UNREAD_MAX) this.#end(one.listener, 'slow');
      else if (one.unread === 0) one.listener.beat();
    }
  }

  #end(listener: Listener, why: Parameters<Listener['end']>[0]): void {
    this.remove(listener);
    listener.end(why);
  }
}

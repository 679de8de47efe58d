/** The progress bar of an import: share, rate and time left; where the output is no terminal, a line now and then. */
import { SingleBar } from 'cli-progress';
import type { ImportProgress } from '../producers/files/import.ts';
import type { Cli } from './cli.ts';
import { formatCount, type Text } from './terminal.ts';

const FORMAT: Text = {
  en: '{phase} {bar} {percentage}% · {lines} lines · {rate} lines/s · {left} left',
  zh: '{phase} {bar} {percentage}% · {lines} 行 · 每秒 {rate} 行 · 剩余 {left}',
};

const PHASES: { readonly [phase in ImportProgress['phase']]: Text } = {
  hash: { en: 'Reading  ', zh: '校验' },
  import: { en: 'Importing', zh: '导入' },
};

export class ProgressBar {
  readonly #cli: Cli;
  #bar: SingleBar | null = null;
  #phase: ImportProgress['phase'] | null = null;
  #beganAt = 0;
  #before = { lines: 0, bytes: 0 };

  constructor(cli: Cli) {
    this.#cli = cli;
  }

  show(at: ImportProgress): void {
    if (at.phase !== this.#phase) this.#begin(at);
    this.#bar?.update(at.bytes, this.#payload(at));
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
    this.#phase = null;
  }

  #begin(at: ImportProgress): void {
    this.end();
    this.#phase = at.phase;
    this.#beganAt = this.#cli.now();
    this.#before = at;
    this.#bar = new SingleBar({
      format: this.#cli.terminal.say(FORMAT),
      stream: this.#cli.terminal.errors as NodeJS.WriteStream,
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    });
    this.#bar.start(at.bytesTotal, at.bytes, this.#payload(at));
  }

  #payload({ phase, lines, bytes, bytesTotal }: ImportProgress) {
    const seconds = Math.max(0.001, (this.#cli.now() - this.#beganAt) / 1_000);
    const linesPerSecond = (lines - this.#before.lines) / seconds;
    const bytesPerSecond = (bytes - this.#before.bytes) / seconds;
    return {
      phase: this.#cli.terminal.say(PHASES[phase]),
      lines: formatCount(lines),
      rate: formatCount(Math.round(linesPerSecond)),
      left: bytesPerSecond === 0 ? '–' : minutesAndSeconds((bytesTotal - bytes) / bytesPerSecond),
    };
  }
}

function minutesAndSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

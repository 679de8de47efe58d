/**
 * Logs: one JSON object a line, with personal data blotted out by field name. What a person at the
 * terminal must see is printed there as text; the log is for whoever looks into it afterwards.
 */
import { renameSync, statSync } from 'node:fs';
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/** Names, accounts, contact data and secrets, wherever they stand in what is logged. */
export const REDACTED_FIELDS = [
  'account',
  'address',
  'adminKey',
  'apiKey',
  'authorization',
  'email',
  'headers.cookie',
  'idNumber',
  'key',
  'name',
  'partyName',
  'password',
  'phone',
  'purpose',
  'secret',
  'taxNumber',
  'token',
  'url.password',
] as const;

/** Objects that are logged are at most this deep; pino looks for each field at each depth. */
const DEPTH_MAX = 4;

const REDACTION = REDACTED_FIELDS.flatMap((field) =>
  Array.from({ length: DEPTH_MAX }, (_, depth) => '*.'.repeat(depth) + field),
);

/** The log file is set aside when it has grown beyond this; one older file is kept. */
const FILE_BYTES_MAX = 64 * 1_024 ** 2;

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** File that gets JSON lines; standard error where there is none. */
  readonly file: string | null;
  /** Prints warnings and worse in a form for people, as well. */
  readonly terminal: ((text: string) => void) | null;
}

export interface OpenLogger {
  readonly logger: Logger;
  /** Writes out what is held back; to be called last. */
  close(): void;
}

export function openLogger(options: LoggerOptions): OpenLogger {
  const json = pino.destination({ dest: options.file ?? 2, sync: true, mkdir: true });
  const stream = options.file === null ? json : rolling(json, options.file);
  const streams: pino.StreamEntry[] = [{ level: 'debug', stream }];
  if (options.terminal !== null) streams.push({ level: 'warn', stream: forPeople(options.terminal) });
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTION, censor: '[redacted]' },
      serializers: { err: pino.stdSerializers.errWithCause },
    },
    pino.multistream(streams),
  );
  return { logger, close: () => json.flushSync() };
}

/** Sets the file aside between two lines once it is large: a line is never torn. */
function rolling(json: ReturnType<typeof pino.destination>, file: string): pino.DestinationStream {
  let bytes = statSync(file).size;
  return {
    write: (line) => {
      if (bytes > FILE_BYTES_MAX) {
        json.flushSync();
        renameSync(file, `${file}.1`);
        json.reopen();
        bytes = 0;
      }
      bytes += Buffer.byteLength(line);
      json.write(line);
    },
  };
}

function forPeople(print: (text: string) => void): pino.DestinationStream {
  const render = pretty.prettyFactory({ colorize: false, hideObject: true, translateTime: 'SYS:HH:MM:ss' });
  return { write: (line: string) => print(String(render(line)).trimEnd()) };
}

/**
 * The closed set of errors that operators and users can meet. Each message says what was wrong, where
 * and what was expected; the cause is kept. Anything else that is thrown is a fault of ours and ends
 * the process before a commit.
 */
export const ERROR_CODES = {
  CONFIG_INVALID: 'A setting of the process is missing, unknown or has a wrong value.',
  SETTINGS_INVALID: 'The rule settings name an unknown option, a wrong type or an impossible threshold.',
  FOLDER_IN_USE: 'Another process holds the data folder.',
  FOLDER_MISMATCH: 'The data folder was made with other fixed choices, such as the number of partitions.',
  BUILD_MISMATCH: 'Another build folded the tail of the journal and came to other outputs.',
  LOG_FULL: 'The disk is full, or nearly; nothing more is acknowledged until there is room.',
  LOG_CLOSED: 'The log was closed while something waited for it.',
  LOG_POSITION_LOST: 'A position that is still needed was trimmed from the log.',
  LOG_FENCED: 'Another process or task took over; this one must stop.',
  LOG_UNAVAILABLE: 'Kafka does not answer, or refuses what is asked of it; what waits for it is tried again.',
  TOPICS_MISMATCH: 'Topics are missing on the Kafka cluster, or made otherwise than they must be.',
  SCHEMA_REFUSED: 'The schema registry refuses a schema, mostly as not compatible with the one that stands there.',
  RECORD_UNDECODABLE: 'Bytes do not decode with the schema that they name.',
  REQUEST_INVALID: 'A request failed validation.',
  UNAUTHENTICATED: 'No key, or one that is not known.',
  FORBIDDEN: 'The key’s role may not do this.',
  BODY_TOO_LARGE: 'The body of a request is larger than this Weir takes.',
  MEDIA_TYPE_UNSUPPORTED: 'The body of a request is of a media type that is not read here.',
  RATE_LIMITED: 'A key, or an address without one, sent more requests than it may.',
  IDEMPOTENCY_REUSED: 'The same Idempotency-Key came with another body.',
  IDEMPOTENCY_IN_FLIGHT: 'A request with the same Idempotency-Key is still being answered.',
  EVENT_REFUSED: 'The event was stored, and then refused by route or by the payer’s task.',
  NOT_FOUND: 'What was asked for does not exist.',
  CONFLICT: 'What was to be changed was changed by somebody else meanwhile, or its state does not allow it.',
  TABLES_MISMATCH: 'The ClickHouse tables were made by another history of migrations.',
  SINK_UNAVAILABLE: 'ClickHouse does not answer; the sink waits and tries again.',
  IMPORT_INVALID: 'The file or its mapping cannot be read.',
  NOT_RUNNING: 'The command needs a running Weir, and none answers.',
  REPLAY_DIFFERS: 'Folding the journal again gave other outputs.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What was wrong with one field of an input, and where: `path` is a JSON Pointer (RFC 6901). */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  /** The same in Chinese, for who reads that. */
  readonly zh?: string;
}

/** A path as a JSON Pointer. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export interface WeirErrorOptions {
  readonly cause?: unknown;
  /** The message in Chinese, where people meet it in the console. */
  readonly zh?: string;
  /** Where an input was refused: each field that was wrong. */
  readonly fields?: readonly FieldError[];
}

export class WeirError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly zh: string | null;

  constructor(code: ErrorCode, message: string, options?: WeirErrorOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WeirError';
    this.code = code;
    this.fields = options?.fields ?? [];
    this.zh = options?.zh ?? null;
  }
}

export function isWeirError(error: unknown, code?: ErrorCode): error is WeirError {
  return error instanceof WeirError && (code === undefined || error.code === code);
}

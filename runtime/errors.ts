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
  RECORD_UNDECODABLE: 'Bytes do not decode with the schema that they name.',
  REQUEST_INVALID: 'A request failed validation.',
  UNAUTHENTICATED: 'No key, or one that is not known.',
  FORBIDDEN: 'The key’s role may not do this.',
  IDEMPOTENCY_REUSED: 'The same Idempotency-Key came with another body.',
  NOT_FOUND: 'What was asked for does not exist.',
  SINK_UNAVAILABLE: 'ClickHouse does not answer; the sink waits and tries again.',
  IMPORT_INVALID: 'The file or its mapping cannot be read.',
  NOT_RUNNING: 'The command needs a running Weir, and none answers.',
  REPLAY_DIFFERS: 'Folding the journal again gave other outputs.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export class WeirError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'WeirError';
    this.code = code;
  }
}

export function isWeirError(error: unknown, code?: ErrorCode): error is WeirError {
  return error instanceof WeirError && (code === undefined || error.code === code);
}

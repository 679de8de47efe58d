/**
 * The same tables on servers that replicate: engines get their `Replicated` form, whose path and replica
 * the server fills in from its macros, and what is remembered of tokens is kept for a week. By default it
 * would be an hour, and a sink that was away for longer would insert its open range twice.
 */
const TOKENS_KEPT_SECONDS = 7 * 24 * 3_600;

export function replicated(sql: string): string {
  return sql
    .replace(/\bENGINE = (\w*MergeTree)\b/g, 'ENGINE = Replicated$1')
    .replace(
      /\bnon_replicated_deduplication_window = (\d+)/g,
      `replicated_deduplication_window = $1, replicated_deduplication_window_seconds = ${TOKENS_KEPT_SECONDS}`,
    );
}

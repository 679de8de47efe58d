/**
 * Fills statements of dashboards in as Grafana and its ClickHouse plugin do: variables and `$__conditionalAll` in the
 * browser, then the macros. Only what our dashboards use; anything else that is left is a mistake of theirs.
 */
export interface Filling {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  readonly currency: string;
  /** Empty: all. */
  readonly rules: readonly string[];
}

export function fillStatement(sql: string, { from, to, stepSeconds, currency, rules }: Filling): string {
  const time = (at: number) => `fromUnixTimestamp64Milli(${at})`;
  const filled = sql
    .replace(/\$__conditionalAll\((.+?\)), \$rule\)/g, (_, condition: string) =>
      rules.length === 0 ? '1=1' : condition,
    )
    .replaceAll(`\${rule:singlequote}`, rules.map((rule) => `'${rule}'`).join(','))
    .replaceAll(`\${currency}`, currency)
    .replace(
      /\$__timeFilter_ms\(([\w.]+)\)/g,
      (_, column: string) => `${column} >= ${time(from)} AND ${column} <= ${time(to)}`,
    )
    .replaceAll('$__fromTime_ms', time(from))
    .replaceAll('$__toTime_ms', time(to))
    .replaceAll('$__interval_s', String(stepSeconds));
  if (filled.includes('$')) throw new Error(`nothing fills this in: ${/\$.{0,40}/.exec(filled)?.[0]}`);
  return filled;
}

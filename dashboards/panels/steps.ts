/**
 * Steps of charts in SQL. Days begin at midnight of the reader's zone and not of UTC, so steps count from there: else
 * a chart by day of a bank in Shanghai would cut each day at eight in the morning.
 */

/** The beginning of the step that a time lies in; `seconds` and `zone` are SQL. */
export function stepOf(column: string, seconds: string, zone: string): string {
  const offset = `timeZoneOffset(toTimeZone(now(), ${zone}))`;
  return `toDateTime(intDiv(toUnixTimestamp(toDateTime(${column})) + ${offset}, ${seconds}) * ${seconds} - ${offset})`;
}

/** The order of a chart, with a row of zeros for each step that has none. */
export function everyStep({ from, to, seconds, zone }: Record<'from' | 'to' | 'seconds' | 'zone', string>): string {
  return `ORDER BY time WITH FILL FROM ${stepOf(from, seconds, zone)} TO toDateTime(${to}) STEP ${seconds}`;
}

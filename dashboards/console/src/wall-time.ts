/** Times as people write them, in the zone that the console shows: `2026-03-01T09:30`. */

const PARTS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = PARTS.get(zone);
  if (format === undefined) {
    const two = '2-digit';
    const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two } as const;
    format = new Intl.DateTimeFormat('sv-SE', { ...fields, timeZone: zone, hourCycle: 'h23' });
    PARTS.set(zone, format);
  }
  return format;
}

/** What a clock on the wall in the zone says at an instant. */
export function wallTimeOf(instantMs: number, zone: string): string {
  return formatOf(zone).format(instantMs).replace(' ', 'T');
}

/**
 * When a clock on the wall says so; null where it is no time. What it says twice, as clocks are put back, is the
 * first of both; what it never says, as they are put forward, is an hour later.
 */
export function instantOf(wall: string, zone: string): number | null {
  const asUtc = Date.parse(`${wall}:00Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) || Number.isNaN(asUtc)) return null;
  const offsetAt = (instant: number) => Date.parse(`${wallTimeOf(instant, zone)}:00Z`) - instant;
  const offsets = [offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)];
  const instants = offsets.map((offset) => asUtc - offset);
  return instants.find((instant) => wallTimeOf(instant, zone) === wall) ?? Math.max(...instants);
}

const DAY_MS = 86_400_000;

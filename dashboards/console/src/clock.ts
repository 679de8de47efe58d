/** The browser’s clock, in one place. */
export function now(): number {
  return Date.now();
}

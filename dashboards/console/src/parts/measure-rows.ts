/**
 * Tables that scroll sideways measure their columns by a hidden copy of their heads. A box in it that chooses all rows
 * could be reached by the keyboard without being seen: it is made inert, here and in whatever is shown later.
 */
export function quietMeasureRows(place: HTMLElement | null): (() => void) | undefined {
  if (place === null) return undefined;
  const quiet = () => {
    for (const row of place.querySelectorAll<HTMLElement>('.ant-table-measure-row')) row.inert = true;
  };
  quiet();
  const observer = new MutationObserver(quiet);
  observer.observe(place, { childList: true, subtree: true });
  return () => observer.disconnect();
}

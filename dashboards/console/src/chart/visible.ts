/** Whether a place on the page has come into view, or nearly: what is far below need not be loaded yet. */
import { useCallback, useRef, useState } from 'react';

const NEAR = '200px';

export function useSeen(): readonly [seen: boolean, place: (element: Element | null) => void] {
  const [seen, setSeen] = useState(false);
  const observer = useRef<IntersectionObserver | null>(null);
  const place = useCallback((element: Element | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    observer.current = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.current?.disconnect();
        setSeen(true);
      },
      { rootMargin: NEAR },
    );
    observer.current.observe(element);
  }, []);
  return [seen, place];
}

/** Waiting that can be given up: for work whose outcome nobody may want any more by the time it is there. */

/** The outcome of the work, or the signal's reason as soon as it is given up; what the work comes to then is nobody's. */
export function unlessAbandoned<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const over = () => signal.removeEventListener('abort', giveUp);
    work.then(resolve, reject).then(over, over);
  });
}

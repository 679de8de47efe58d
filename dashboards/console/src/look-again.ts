/** After something was done: what is shown of it is asked for again, until it has reached the tables. */
import type { QueryClient } from '@tanstack/react-query';

const LOOK_AGAIN_MS = [0, 1_000, 3_000];

export function lookAgain(client: QueryClient, names: readonly string[]): void {
  for (const after of LOOK_AGAIN_MS) {
    setTimeout(() => {
      for (const name of names) void client.invalidateQueries({ queryKey: [name] });
    }, after);
  }
}

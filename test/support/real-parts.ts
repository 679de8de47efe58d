/**
 * Real parts that a machine may lack. Where one is missing, its tests are skipped with its name;
 * under CI they fail instead, because there a skipped test proves nothing.
 */
import { describe, it } from 'vitest';

export interface RealPart {
  readonly name: string;
  /** Why it is not there; null where it is. */
  readonly missing: string | null;
}

/** True where a skipped part must fail the run. */
export function mustHaveAllParts(environment: { readonly [name: string]: string | undefined } = process.env): boolean {
  return environment.CI === 'true' || environment.CI === '1';
}

/** Describes tests that need a real part. */
export function describeWith(part: RealPart, title: string, tests: () => void): void {
  if (part.missing === null) {
    describe(title, tests);
    return;
  }
  const why = `${part.name} is missing: ${part.missing}`;
  if (mustHaveAllParts()) {
    describe(title, () => {
      it(`has ${part.name}`, () => {
        throw new Error(why);
      });
    });
    return;
  }
  describe.skip(`${title} (${why})`, tests);
}

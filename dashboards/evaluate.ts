/**
 * How good the rules are on labelled data: precision, recall and F1 of each rule and of all together, by
 * account. An account counts once, however often a rule named it; so does a labelled one, however many
 * labels it has.
 */
import type { Label } from '../schemas/label.ts';

export interface FoundAlert {
  readonly rule: string;
  readonly subject: string;
  /** Alerts of this rule on this subject; 1 where it is not said. */
  readonly alerts?: number;
}

export interface Population {
  readonly accounts: number;
  readonly transfers: number;
}

export interface Score {
  readonly alerts: number;
  readonly alertsPerThousandTransfers: number;
  /** Accounts that were named. */
  readonly named: number;
  /** Of these, the labelled ones and those that took part in a planted case. */
  readonly right: number;
  readonly wrong: number;
  readonly wrongPerThousandTransfers: number;
  /** Labelled accounts that were named, of all there are. */
  readonly found: number;
  /** Null where nothing was named, or nothing is labelled. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** The same against visible labels alone; null where the data does not tell which they are. */
  readonly visibleRecall: number | null;
  readonly visibleF1: number | null;
}

export interface RuleScore extends Score {
  readonly rule: string;
}

export interface TypologyScore {
  readonly typology: string;
  readonly labelled: number;
  readonly found: number;
  readonly recall: number;
  /** Cases that have a name, and those of which at least one account was named. */
  readonly cases: number;
  readonly casesFound: number;
  /** The rule that found most of its accounts; null where none did. */
  readonly bestRule: string | null;
}

export interface Evaluation {
  readonly population: Population;
  readonly labelled: number;
  /** Labelled accounts that a planted transfer touches; null where the data does not tell. */
  readonly visible: number | null;
  readonly overall: Score;
  readonly rules: readonly RuleScore[];
  readonly typologies: readonly TypologyScore[];
}

export function evaluate(alerts: Iterable<FoundAlert>, labels: Iterable<Label>, population: Population): Evaluation {
  const truth = truthOf(labels);
  const all = new Tally();
  const byRule = new Map<string, Tally>();
  for (const { rule, subject, alerts: count = 1 } of alerts) {
    all.add(subject, count);
    const tally = byRule.get(rule) ?? new Tally();
    byRule.set(rule, tally);
    tally.add(subject, count);
  }
  const rules = [...byRule].map(([rule, tally]) => ({ rule, ...scoreOf(tally, truth, population) }));
  return {
    population,
    labelled: truth.labelled.size,
    visible: truth.visible?.size ?? null,
    overall: scoreOf(all, truth, population),
    rules: rules.sort((a, b) => b.right - a.right || (a.rule < b.rule ? -1 : 1)),
    typologies: typologiesOf(truth, byRule, all),
  };
}

/** What was named: accounts, and how many alerts in all. */
class Tally {
  readonly accounts = new Set<string>();
  alerts = 0;

  add(account: string, alerts: number): void {
    this.accounts.add(account);
    this.alerts += alerts;
  }
}

interface Truth {
  readonly labelled: ReadonlySet<string>;
  /** Those that took part without being what a rule should name. */
  readonly members: ReadonlySet<string>;
  readonly visible: ReadonlySet<string> | null;
  readonly byTypology: ReadonlyMap<
    string,
    { readonly accounts: Set<string>; readonly cases: Map<string, Set<string>> }
  >;
}

function truthOf(labels: Iterable<Label>): Truth {
  const labelled = new Set<string>();
  const members = new Set<string>();
  const touched = new Set<string>();
  const byTypology = new Map<string, { accounts: Set<string>; cases: Map<string, Set<string>> }>();
  for (const label of labels) {
    if (label.transferIds.length > 0) touched.add(label.account);
    if (label.role === 'touched') continue;
    if (label.role === 'member') {
      members.add(label.account);
      continue;
    }
    labelled.add(label.account);
    const typology = byTypology.get(label.typology) ?? { accounts: new Set(), cases: new Map() };
    byTypology.set(label.typology, typology);
    typology.accounts.add(label.account);
    if (label.case === undefined) continue;
    const accounts = typology.cases.get(label.case) ?? new Set();
    typology.cases.set(label.case, accounts.add(label.account));
  }
  return { labelled, members, visible: touched.size === 0 ? null : labelled.intersection(touched), byTypology };
}

function scoreOf({ accounts, alerts }: Tally, { labelled, members, visible }: Truth, { transfers }: Population): Score {
  const found = accounts.intersection(labelled).size;
  const right = accounts.intersection(labelled.union(members)).size;
  const wrong = accounts.size - right;
  const precision = ratio(right, accounts.size);
  const recall = ratio(found, labelled.size);
  const visibleRecall = visible === null ? null : ratio(accounts.intersection(visible).size, visible.size);
  return {
    alerts,
    alertsPerThousandTransfers: perThousand(alerts, transfers),
    named: accounts.size,
    right,
    wrong,
    wrongPerThousandTransfers: perThousand(wrong, transfers),
    found,
    precision,
    recall,
    f1: harmonic(precision, recall),
    visibleRecall,
    visibleF1: harmonic(precision, visibleRecall),
  };
}

function typologiesOf(truth: Truth, byRule: ReadonlyMap<string, Tally>, all: Tally): TypologyScore[] {
  return [...truth.byTypology].map(([typology, { accounts, cases }]) => {
    const found = accounts.intersection(all.accounts).size;
    let bestRule: string | null = null;
    let most = 0;
    for (const [rule, tally] of byRule) {
      const count = accounts.intersection(tally.accounts).size;
      if (count > most) [bestRule, most] = [rule, count];
    }
    const casesFound = [...cases.values()].filter((one) => !one.isDisjointFrom(all.accounts)).length;
    return {
      typology,
      labelled: accounts.size,
      found,
      recall: found / accounts.size,
      cases: cases.size,
      casesFound,
      bestRule,
    };
  });
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function perThousand(count: number, transfers: number): number {
  return transfers === 0 ? 0 : (count * 1_000) / transfers;
}

function harmonic(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}

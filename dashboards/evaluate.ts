/**
 * How good the rules are on labelled data: precision, recall and F1 of each rule and of all together, by
 * account. An account counts once, however often a rule named it; so does a labelled one, however many
 * labels it has. Who only took part in a planted case is left out: to name it is neither right nor wrong.
 */
import type { Label } from '../schemas/label.ts';

export interface FoundAlert {
  readonly rule: string;
  readonly family: string;
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
  /** Accounts that were named, those among them that are labelled, and those that are not and had no part. */
  readonly named: number;
  readonly right: number;
  readonly wrong: number;
  readonly wrongPerThousandTransfers: number;
  /** Null where nothing was named, or nothing is labelled. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** The same against visible labels alone; null where the data does not tell which they are. */
  readonly visibleRecall: number | null;
  readonly visibleF1: number | null;
}

export interface NamedScore extends Score {
  /** The rule, or the family of rules. */
  readonly name: string;
}

export interface TypologyScore {
  readonly typology: string;
  readonly labelled: number;
  readonly found: number;
  readonly recall: number;
  /** Cases that have a name, and those of which at least one account was named. */
  readonly cases: number;
  readonly casesFound: number;
  /** The rule with the best F1 on this typology; null where none found any of it. */
  readonly best: RuleOnTypology | null;
}

/** A rule on one typology alone: accounts that carry another label are left out of its precision. */
export interface RuleOnTypology {
  readonly rule: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Evaluation {
  readonly population: Population;
  readonly labelled: number;
  /** Labelled accounts that a planted transfer touches; null where the labels tell nothing of touching. */
  readonly visible: number | null;
  readonly overall: Score;
  readonly families: readonly NamedScore[];
  readonly rules: readonly NamedScore[];
  readonly typologies: readonly TypologyScore[];
}

export function evaluate(alerts: Iterable<FoundAlert>, labels: Iterable<Label>, population: Population): Evaluation {
  const truth = truthOf(labels);
  const all = new Tally();
  const byRule = new Map<string, Tally>();
  const byFamily = new Map<string, Tally>();
  for (const { rule, family, subject, alerts: count = 1 } of alerts) {
    all.add(subject, count);
    tallyOf(byRule, rule).add(subject, count);
    tallyOf(byFamily, family).add(subject, count);
  }
  const scored = (tallies: ReadonlyMap<string, Tally>): NamedScore[] =>
    [...tallies]
      .map(([name, tally]) => ({ name, ...scoreOf(tally, truth, population) }))
      .sort((a, b) => b.right - a.right || (a.name < b.name ? -1 : 1));
  return {
    population,
    labelled: truth.labelled.size,
    visible: truth.visible?.size ?? null,
    overall: scoreOf(all, truth, population),
    families: scored(byFamily),
    rules: scored(byRule),
    typologies: typologiesOf(truth, byRule, all),
  };
}

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const tally = tallies.get(name) ?? new Tally();
  tallies.set(name, tally);
  return tally;
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
  let tellsTouching = false;
  const byTypology = new Map<string, { accounts: Set<string>; cases: Map<string, Set<string>> }>();
  for (const label of labels) {
    if (label.transferIds.length > 0) touched.add(label.account);
    if (label.role === 'touched') {
      tellsTouching = true;
      continue;
    }
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
  return { labelled, members, visible: tellsTouching ? labelled.intersection(touched) : null, byTypology };
}

function scoreOf({ accounts, alerts }: Tally, truth: Truth, { transfers }: Population): Score {
  const { labelled, visible } = truth;
  const right = accounts.intersection(labelled).size;
  const wrong = wrongOf(accounts, truth);
  const precision = ratio(right, right + wrong);
  const recall = ratio(right, labelled.size);
  const visibleRecall = visible === null ? null : ratio(accounts.intersection(visible).size, visible.size);
  return {
    alerts,
    alertsPerThousandTransfers: perThousand(alerts, transfers),
    named: accounts.size,
    right,
    wrong,
    wrongPerThousandTransfers: perThousand(wrong, transfers),
    precision,
    recall,
    f1: harmonic(precision, recall),
    visibleRecall,
    visibleF1: harmonic(precision, visibleRecall),
  };
}

function wrongOf(named: ReadonlySet<string>, { labelled, members }: Truth): number {
  return named.difference(labelled).difference(members).size;
}

function typologiesOf(truth: Truth, byRule: ReadonlyMap<string, Tally>, all: Tally): TypologyScore[] {
  return [...truth.byTypology].map(([typology, { accounts, cases }]) => {
    const found = accounts.intersection(all.accounts).size;
    const onTypology = [...byRule]
      .map(([rule, { accounts: named }]): RuleOnTypology => {
        const right = named.intersection(accounts).size;
        const precision = right === 0 ? 0 : right / (right + wrongOf(named, truth));
        const recall = right / accounts.size;
        return { rule, precision, recall, f1: harmonic(precision, recall) as number };
      })
      .filter(({ recall }) => recall > 0);
    return {
      typology,
      labelled: accounts.size,
      found,
      recall: found / accounts.size,
      cases: cases.size,
      casesFound: [...cases.values()].filter((one) => !one.isDisjointFrom(all.accounts)).length,
      best: onTypology.sort((a, b) => b.f1 - a.f1)[0] ?? null,
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

/** All that one task knows: the books of its partition. The folds below change it, the checkpoint writes it. */
import { Control } from '../books/control.ts';
import { Ordinary } from '../books/ordinary.ts';
import type { Subject } from '../books/subject.ts';
import { Counterparties } from '../features/counterparties.ts';
import { Interner } from '../features/interner.ts';
import type { Scope } from '../features/scope.ts';
import { RuleBook, type RuleSet } from '../rules/rule-set.ts';
import { defaultSettings } from '../rules/settings.ts';
import type { BookFailure } from './book-failed.ts';
import { bookFailed } from './book-failed.ts';
import type { CheckpointDraft } from './checkpoint.ts';
import { Outputs } from './outputs.ts';
import { Subjects } from './subjects.ts';
import { Timers } from './timers.ts';

export class TaskState {
  readonly partition: number;
  readonly ids = new Interner(1_024);
  readonly counterparties = new Counterparties(this.ids);
  readonly subjects = new Subjects(this.ids, this.counterparties);
  readonly control = new Control();
  readonly ordinary = new Ordinary();
  readonly timers = new Timers();
  readonly outputs = new Outputs();
  readonly scope: Scope;
  rules: RuleBook;
  /** Entries folded so far: what alert ids are made of. */
  ordinal = 0;
  /** Places of subjects that changed since the last checkpoint. */
  changed: number[] = [];
  /** Books that threw while the entry at hand was folded. */
  readonly failures: BookFailure[] = [];
  /** Number of the checkpoint that is being collected. */
  checkpoint = 0;
  /** The one before, as long as subjects of it are still to be encoded. */
  draft: CheckpointDraft | null = null;

  constructor(partition: number) {
    this.partition = partition;
    this.scope = emptyScope(this);
    this.rules = new RuleBook(defaultSettings(), this.control.switchedOff, this.scope);
    this.#adopt();
  }

  /** Settings or switches changed: subjects choose their rules anew when they are next met. */
  settingsChanged(): void {
    const settings = this.control.settings === '' ? defaultSettings() : this.control.settings;
    this.rules = new RuleBook(settings, this.control.switchedOff, this.scope);
    this.#adopt();
  }

  get terms(): { horizonMs: number; latenessMs: number } {
    return this.#terms;
  }

  #terms = { horizonMs: 0, latenessMs: 0 };

  #adopt(): void {
    const { settings } = this.rules;
    this.scope.institution = settings.institution;
    this.#terms = { horizonMs: settings.horizon, latenessMs: settings.lateness };
  }

  /**
   * The place of a subject; made where nothing was known of it. A new one is written with the next
   * checkpoint even where nothing becomes of it, since those that come after it count on its place.
   */
  placeOf(kind: number, number: number): number {
    const known = this.subjects.find(kind, number);
    if (known >= 0) return known;
    const place = this.subjects.add(kind, number);
    this.touch(place);
    return place;
  }

  /** To be called before a subject is changed: the next checkpoint must write it, and the one under way as it is now. */
  touch(place: number): Subject {
    const subject = this.subjects.all[place]!;
    if (subject.changedSince !== this.checkpoint) {
      this.draft?.leave(place, subject);
      subject.changedSince = this.checkpoint;
      this.changed.push(place);
    }
    return subject;
  }

  /** The rules that hold for a subject now, and its windows as they ask for them. */
  rulesOf(subject: Subject): RuleSet {
    let set = subject.rules;
    if (set !== null && subject.rulesStamp === this.control.stamp && !(this.control.tick >= set.validUntil)) return set;
    const who = { id: this.subjects.idOf(subject), profile: subject.profile, grade: subject.credit?.grade ?? null };
    set = this.rules.choose(who, this.control.tick);
    subject.rules = set;
    subject.rulesStamp = this.control.stamp;
    if (subject.history.windows.plan !== set.plan) this.#replan(subject, set);
    return set;
  }

  #replan(subject: Subject, set: RuleSet): void {
    try {
      subject.history.replan(set.plan);
    } catch (error) {
      bookFailed(this, 'history', error);
      subject.history.recover();
    }
  }
}

function emptyScope(state: TaskState): Scope {
  const nobody = { none: true } as unknown;
  return {
    judgement: 0,
    subject: nobody as Subject,
    totals: [],
    at: 0,
    chunk: nobody as Scope['chunk'],
    index: 0,
    side: 0,
    amount: 0,
    kind: 0,
    counterparty: 0,
    payerBefore: -1,
    late: false,
    beyondLateness: false,
    rateMissing: false,
    maker: false,
    payerIsParty: false,
    ownEnds: () => [],
    control: state.control,
    ordinary: state.ordinary,
    tick: Number.NEGATIVE_INFINITY,
    institution: { zone: 'UTC', baseCurrency: 'CNY' },
    outcomeBefore: 0,
    names: state.counterparties,
  };
}

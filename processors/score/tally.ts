/** Counts of what was given out, by metric series, until somebody takes them. */
export class Tally {
  #counts = new Map<string, number>();
  /** Plain acceptances, kept apart: they are the million and the others the exceptions. */
  accepted = 0;

  add(series: string): void {
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1);
  }

  drain(): Map<string, number> {
    const counts = this.#counts;
    if (this.accepted > 0) {
      const series = decisionSeries('accept');
      counts.set(series, (counts.get(series) ?? 0) + this.accepted);
    }
    this.#counts = new Map();
    this.accepted = 0;
    return counts;
  }
}

export function decisionSeries(outcome: string): string {
  return `weir_decisions_total{outcome=${outcome}}`;
}

export function alertSeries(rule: string, severity: string): string {
  return `weir_alerts_total{rule=${rule},severity=${severity}}`;
}

export function alertStepSeries(step: string): string {
  return `weir_alert_steps_total{step=${step}}`;
}

export function deadLetterSeries(topic: string, reason: string): string {
  return `weir_dead_letters_total{topic=${topic},reason=${reason}}`;
}

export function failureSeries(rule: string): string {
  return `weir_rule_failures_total{rule=${rule}}`;
}

export const LATE_SERIES = 'weir_late_entries_total';

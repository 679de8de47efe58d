/** What every rule owes its operators, whatever it detects: it can be switched off, shadowed, exempted. */
import { describe, expect, it } from 'vitest';
import { RULES } from '../../processors/rules/index.ts';
import type { Alert } from '../../schemas/alert.ts';
import type { Reason } from '../../schemas/reason.ts';
import { Driver, type Outputs } from './driver.ts';

const HOUR_MS = 3_600_000;

export interface RuleCase {
  readonly rule: string;
  /** Whom it fires about. */
  readonly subject: string;
  /** Makes it fire, beginning now; answers what came out of the last event. */
  readonly fire: (driver: Driver) => Outputs;
  /** Whether it raises an alert; those that only hold or reject raise none. */
  readonly alerts: boolean;
}

/** The rule's alert about anybody, shadow or not. */
export function alertOf({ alerts }: Outputs, rule: string): Alert | undefined {
  return alerts.find((one) => one.rule === rule);
}

/** The rule's reason in the decision. */
export function reasonOf({ decisions }: Outputs, rule: string): Reason | undefined {
  return decisions[0]?.reasons.find((one) => one.rule === rule);
}

/** A customer of a kind and with tags, known since before the test's first event. */
export function known(driver: Driver, customerId: string, file: { [name: string]: unknown } = {}): void {
  driver.customer({ customerId, at: new Date(driver.now - HOUR_MS).toISOString(), ...file });
}

export function describeGovernance({ rule, subject, fire, alerts }: RuleCase): void {
  const { restricted } = RULES.find((one) => one.id === rule)!;

  const ownAlert = (outputs: Outputs) => outputs.alerts.find((one) => one.rule === rule && one.subject === subject);

  /** Whether the rule has an effect: an alert that is sent, or an outcome that is not there without it. */
  function fires(driver: Driver): boolean {
    const outputs = fire(driver);
    const alert = ownAlert(outputs);
    if (alerts) return alert !== undefined && !alert.shadow;
    return reasonOf(outputs, rule) !== undefined;
  }

  function exempt(until: number, who = subject): string {
    const exemption = { subject: who, reason: 'known case', by: 'wang', until: new Date(until).toISOString() };
    return JSON.stringify({ rules: { [rule]: { exemptions: [exemption] } } });
  }

  describe(`${rule}, as its operators set it,`, () => {
    it('fires by default', () => {
      expect(fires(new Driver())).toBe(true);
    });

    it('is silent where it is disabled', () => {
      expect(fires(new Driver({ settings: `rules: {${rule}: {enabled: false}}` }))).toBe(false);
    });

    it('is silent once control has switched it off, until control switches it on', () => {
      const driver = new Driver();
      driver.send('control', { controlId: 'off', kind: 'rule-switch', rule, enabled: false });
      expect(fires(driver)).toBe(false);
      const again = new Driver();
      again.send('control', { controlId: 'off', kind: 'rule-switch', rule, enabled: false });
      again.send('control', { controlId: 'on', kind: 'rule-switch', rule, enabled: true });
      expect(fires(again)).toBe(true);
    });

    it('judges and has no effect where it is a shadow', () => {
      const outputs = fire(new Driver({ settings: `rules: {${rule}: {shadow: true}}` }));
      const without = fire(new Driver({ settings: `rules: {${rule}: {enabled: false}}` }));
      expect(ownAlert(outputs)).toMatchObject({ shadow: true });
      expect(outputs.decisions).toEqual(without.decisions);
    });

    it('leaves those alone who are exempted, and nobody else', () => {
      expect(fires(new Driver({ settings: exempt(Date.UTC(2099, 0, 1)) }))).toBe(false);
      expect(fires(new Driver({ settings: exempt(Date.UTC(2099, 0, 1), 'somebody-else') }))).toBe(true);
    });

    it('fires again once the exemption has ended', () => {
      for (const [late, expected] of [
        [-1, false],
        [0, true],
      ] as const) {
        const driver = new Driver();
        const until = driver.now + HOUR_MS;
        driver.settings(exempt(until));
        driver.tick(until + late);
        expect(fires(driver)).toBe(expected);
      }
    });

    it(restricted ? 'tells the decision’s readers nothing' : 'may be told of', () => {
      const outputs = fire(new Driver());
      if (alerts) expect(ownAlert(outputs)!.restricted).toBe(restricted);
      if (!restricted) return;
      const { en, zh } = ownAlert(outputs)!;
      const told = JSON.stringify(outputs.decisions);
      for (const secret of [rule, en, zh]) expect(told).not.toContain(secret);
    });
  });
}

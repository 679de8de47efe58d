/** Alerts on a payer, and people who take steps on them. */
import type { Alert } from '../../schemas/alert.ts';
import type { Driver, Outputs } from './driver.ts';

let actions = 0;

/** Raises the critical alert that money moved against our word; it is about `payer`. */
export function raiseCritical(driver: Driver, transferId = 'T-critical'): Alert {
  driver.transfer({ transferId, minor: 20_000_000, maker: 'zhang' });
  const { alerts } = driver.transfer({ transferId, minor: 20_000_000, maker: 'zhang', status: 'settled' });
  return alerts.find((one) => one.rule === 'settled-without-release')!;
}

/** Makes payments too often: an alert of medium severity that everybody may see. */
export function raiseMedium(driver: Driver): Alert {
  for (;;) {
    const { alerts } = driver.transfer({ minor: 100 });
    const found = alerts.find((one) => one.rule === 'velocity');
    if (found !== undefined) return found;
  }
}

/** Takes a step on an alert, as `li` of compliance from nowhere in particular unless told otherwise. */
export function act(driver: Driver, alert: Alert, action: string, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.send('alert-actions', {
    actionId: `AA-${++actions}`,
    alertId: alert.alertId,
    action,
    subjectKind: alert.subjectKind,
    subject: alert.subject,
    by: 'li',
    roles: ['compliance'],
    ...fields,
  });
}

/** Closes an alert. */
export function close(
  driver: Driver,
  alert: Alert,
  resolution = 'false-positive',
  fields: { [name: string]: unknown } = {},
): Outputs {
  return act(driver, alert, 'close', { resolution, reason: '已核实', ...fields });
}

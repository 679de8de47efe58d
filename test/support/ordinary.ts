/** Other people's lives: what makes amounts ordinary, so that rules can tell what is not. */
import type { Driver } from './driver.ts';

/** Transfers between strangers, of amounts spread evenly over the decades from 10 to 100,000 CNY. */
export function ordinaryLife(driver: Driver, transfers = 80): void {
  for (let index = 0; index < transfers; index++) {
    const minor = Math.round(1_000 * 10 ** ((4 * index) / transfers));
    driver.transfer({ from: `stranger-${index}`, to: `strange-shop-${index}`, minor, status: 'settled' });
  }
}

/** Pass-through (快进快出): what comes in leaves again within hours, but for a small part. */
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { largeAmount, within, YUAN } from '../amounts.ts';
import type { Draft } from '../draft.ts';
import type { Typology } from './case.ts';

export const passThrough: Typology = {
  id: 'pass-through',
  title: { en: 'Pass-through', zh: '快进快出' },
  spanDays: 2,
  plan(stage) {
    const { random } = stage;
    const mule = stage.someone();
    const legs: Draft[] = [];
    const payers = random.whole(1, 2);
    let received = 0;
    for (let payer = 0; payer < payers; payer++) {
      const minor = within(5_500 * YUAN, 120_000 * YUAN, random, () => largeAmount(mule.wealth, random));
      legs.push(stage.send(stage.moment(payer * 20 * MINUTE_MS), stage.anyone(), mule, minor));
      received += minor;
    }
    const last = legs.reduce((latest, leg) => Math.max(latest, leg.at), 0);
    legs.push(...forward());
    return { legs, extras: [], subjects: [mule.endpoint.party as string] };

    function forward(): Draft[] {
      const payees = random.whole(1, 3);
      const passed = Math.round(received * random.between(0.91, 0.99));
      let left = passed;
      return Array.from({ length: payees }, (_, payee) => {
        const share = payee === payees - 1 ? left : Math.round((passed / payees) * random.between(0.8, 1.2));
        left -= share;
        const at = stage.after(last, random.between(0.3, 14) * HOUR_MS);
        return stage.send(at, mule, stage.anyone(), share);
      });
    }
  },
};

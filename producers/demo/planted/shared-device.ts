/** Many payers from one device (一机多户): one person works the accounts of others within a day. */
import { HOUR_MS } from '../../../schemas/time.ts';
import { familyAmount, friendlyAmount } from '../amounts.ts';
import { digitalOrigin } from '../draft.ts';
import { deviceName } from '../world.ts';
import type { Typology } from './case.ts';

export const sharedDevice: Typology = {
  id: 'shared-device',
  title: { en: 'Many payers from one device', zh: '一机多户' },
  spanDays: 1,
  plan(stage) {
    const { random } = stage;
    const device = deviceName(random.below(0x7fff_ffff));
    const payees = Array.from({ length: random.whole(2, 4) }, () => stage.anyone());
    const legs = stage.moments(random.whole(6, 12), random.between(1, 20) * HOUR_MS).map((offset) => {
      const payer = stage.someone();
      const draw = random.chance(0.5) ? familyAmount : friendlyAmount;
      const origin = digitalOrigin(device, random.chance(0.8) ? 'mobile' : 'web', random);
      return stage.send(stage.moment(offset), payer, random.pick(payees), draw(payer.wealth, random), origin);
    });
    return { legs, extras: [], subjects: [device] };
  },
};

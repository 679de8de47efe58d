/**
 * Takeover (账户盗用): somebody else signs in from a device that the customer never used and sends a large
 * sum to an account that was never paid before: mostly a new one under the name of a payee whom the
 * customer paid days ago, else an outsider's.
 */
import { MINUTE_MS } from '../../../schemas/time.ts';
import { familyAmount, largeAmount, within, YUAN } from '../amounts.ts';
import { digitalOrigin } from '../draft.ts';
import { relativeOf, strangerOf } from '../ordinary/daily.ts';
import { deviceChange } from '../ordinary/files.ts';
import { deviceName } from '../world.ts';
import { days, type Typology } from './case.ts';

export const takeover: Typology = {
  id: 'takeover',
  title: { en: 'Account takeover', zh: '账户盗用' },
  spanDays: 12,
  plan(stage) {
    const { world, random } = stage;
    const victim = stage.someone();
    const stranger = strangerOf(world, random);
    const relative = relativeOf(world, victim, random);
    const known = random.chance(0.75);
    // What the customer does before is ordinary, and belongs to the case because it makes the payee known.
    const before = known ? [stage.send(stage.moment(0), victim, relative, familyAmount(victim.wealth, random))] : [];
    const enters = stage.moment(days(random.between(1.2, 9)));
    const device = deviceName(random.below(0x7fff_ffff));
    const payee = known ? { ...relative.endpoint, account: stranger.account } : stranger;
    let at = enters;
    const stolen = Array.from({ length: random.whole(1, 2) }, () => {
      at = stage.after(at, random.between(4, 120) * MINUTE_MS);
      const minor = within(30_000 * YUAN, 190_000 * YUAN, random, () => largeAmount(victim.wealth, random));
      return stage.send(at, victim, payee, minor, digitalOrigin(device, 'mobile', random));
    });
    const extras = deviceChange(victim, device, enters, random);
    return { legs: [...before, ...stolen], extras, subjects: [victim.endpoint.party as string] };
  },
};

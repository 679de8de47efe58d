/**
 * Fan-in (分散转入) and fan-out (分散转出): four to eight people who have nothing to do with each other pay
 * one account, or are paid by it, much the same sum within a fortnight.
 */
import { familyAmount, within, YUAN } from '../amounts.ts';
import type { Random } from '../random.ts';
import { days, type Plan, type Stage, type Typology } from './case.ts';

/** Most that a single payment differs from the sum agreed on. */
const SPREAD = 0.05;

export const fanIn: Typology = {
  id: 'fan-in',
  title: { en: 'Fan-in', zh: '分散转入' },
  spanDays: 14,
  plan: (stage) => fan(stage, 'in'),
};

export const fanOut: Typology = {
  id: 'fan-out',
  title: { en: 'Fan-out', zh: '分散转出' },
  spanDays: 14,
  plan: (stage) => fan(stage, 'out'),
};

function fan(stage: Stage, direction: 'in' | 'out'): Plan {
  const { random } = stage;
  const hub = stage.someone();
  const agreed = within(400 * YUAN, 20_000 * YUAN, random, () => familyAmount(hub.wealth, random));
  const legs = stage.moments(random.whole(4, 8), days(random.between(1, 13))).map((offset) => {
    const at = stage.moment(offset);
    const minor = about(agreed, SPREAD, random);
    return direction === 'in' ? stage.send(at, stage.anyone(), hub, minor) : stage.send(at, hub, stage.anyone(), minor);
  });
  return { legs, extras: [], subjects: [hub.endpoint.party as string] };
}

/** Near a sum, and as round as people make it. */
export function about(minor: number, spread: number, random: Random): number {
  const drawn = minor * random.between(1 - spread, 1 + spread);
  const unit = random.chance(0.5) && drawn > 1_000 * YUAN ? 10 * YUAN : YUAN;
  return Math.max(unit, Math.round(drawn / unit) * unit);
}

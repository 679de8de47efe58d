/** Who is signed in, and what that settles: zone, base currency, whether they may approve. */
import { createContext, useContext } from 'react';
import type { Me } from './api.ts';
import { formatMoney, formatTime } from './format.ts';
import { usePreferences } from './preferences.tsx';

export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe outside of the signed-in console');
  return me;
}

/** Formats as this person reads. */
export function useFormats() {
  const me = useMe();
  const { language, zone } = usePreferences();
  const inZone = zone ?? me.zone;
  return {
    zone: inZone,
    language,
    time: (time: string | number, seconds = true) => formatTime(time, inZone, language, seconds),
    money: ({ minor, currency }: { readonly minor: number; readonly currency: string }) =>
      formatMoney(minor, currency, language),
  };
}

/** What the roles of this person permit, as the server holds it; what is not permitted is not offered. */
export function useMay() {
  const { roles } = useMe();
  const has = (...wanted: readonly Me['roles'][number][]) =>
    roles.includes('admin') || wanted.some((role) => roles.includes(role));
  return {
    actOnAlerts: has('officer', 'compliance'),
    approve: has('approver'),
    seePersonalData: has('officer', 'approver', 'compliance'),
    takeMeasures: has('compliance'),
    manageWebhooks: has('compliance'),
    administer: has(),
  };
}

/** A transfer before its life begins: who pays whom, what, when and from where. */
import type { Endpoint, Transfer, TransferKind } from '../../schemas/events/transfer.ts';
import { compactDay, localDay } from './calendar.ts';
import { hashOf, type Random } from './random.ts';
import { deviceOf, type Organisation, type Person, type World } from './world.ts';

export interface Draft {
  readonly at: number;
  readonly kind: TransferKind;
  readonly debtor: Endpoint;
  readonly creditor: Endpoint;
  readonly minor: number;
  readonly origin: Origin;
  readonly purpose: string | null;
  /** The invoice that it pays, where it pays one. */
  readonly invoiceId?: string;
}

/** Where an instruction came from. */
export interface Origin {
  readonly channel: string | null;
  readonly device: string | null;
  readonly session: string | null;
  readonly maker: string | null;
  readonly batch: string | null;
}

export const NOWHERE: Origin = { channel: null, device: null, session: null, maker: null, batch: null };
export const CARD: Origin = { ...NOWHERE, channel: 'card' };
export const COUNTER: Origin = { ...NOWHERE, channel: 'counter' };

/** A person's own device, at home or on the way; a few go to the counter. */
export function personalOrigin(world: World, person: Person, at: number, random: Random): Origin {
  const draw = random.next();
  if (draw < 0.04) return COUNTER;
  const device = deviceOf(world, person, localDay(at));
  return digitalOrigin(device, draw < 0.8 ? 'mobile' : 'web', random);
}

export function digitalOrigin(device: string, channel: string, random: Random): Origin {
  const session = random.chance(0.7) ? `s-${hashOf(random.below(0x7fff_ffff)).toString(36)}` : null;
  return { ...NOWHERE, channel, device, session };
}

/** One of a company's three bookkeepers, each at a desk. */
export function officeOrigin(organisation: Organisation, random: Random): Origin {
  const clerk = random.below(3);
  const device = `dev-o${organisation.index.toString(36)}-${clerk}`;
  return { ...NOWHERE, channel: 'web', device, maker: `u-${organisation.index.toString(36)}-${clerk}` };
}

/** What names a draft among all drafts of a seed: its stream, and two numbers that the stream chose. */
export type DraftKey = readonly [stream: number, first: number, second: number];

/** All ids have one form, so that none tells where its transfer comes from. */
export function transferIdOf(seed: number, at: number, key: DraftKey): string {
  const head = hashOf(seed, key[0], key[1], key[2]);
  const tail = hashOf(head, key[2], key[1], key[0], seed);
  return `T${compactDay(localDay(at))}-${head.toString(36).padStart(7, '0')}${tail.toString(36).padStart(7, '0')}`;
}

export function transferOf(transferId: string, draft: Draft): Transfer {
  const { origin } = draft;
  return {
    transferId,
    eventId: null,
    at: draft.at,
    kind: draft.kind,
    status: 'submitted',
    debtor: draft.debtor,
    creditor: draft.creditor,
    amount: { minor: draft.minor, currency: 'CNY' },
    channel: origin.channel,
    device: origin.device,
    session: origin.session,
    location: null,
    maker: origin.maker,
    batch: origin.batch,
    purpose: draft.purpose,
    historical: null,
  };
}

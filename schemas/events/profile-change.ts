/** A change to account information (管户信息调整): asked for, approved, applied. */
import { choice, type Inner, id, instant, list, maybe, record, text } from '../declare.ts';

export const profileChangeRecord = record(
  'ProfileChange',
  'A change to a customer’s information. Values are given masked: Weir keeps no second copy of the file.',
  {
    changeId: id('Names the change for all its life.'),
    eventId: maybe(id('Names this message; where absent it is made of changeId and status.')),
    at: instant('When it happened.'),
    party: id('Whose information it is.'),
    field: id('Which field, such as phone, device, bank-account, address.', 64),
    status: choice('Where the change stands.', 'ProfileChangeStatus', ['requested', 'approved', 'applied', 'refused']),
    oldValue: maybe(text('Value before, masked.')),
    newValue: maybe(text('Value after, masked.')),
    evidence: list(id('Factor by which identity was verified, such as otp, id-card, face.', 32), 8),
    maker: maybe(id('Who asked for it.')),
    device: maybe(id('Device that it came from.')),
    session: maybe(id('Session that it came from.')),
  },
  {
    changeId: 'PC-5',
    at: '2026-03-01T10:00:00+08:00',
    party: 'C-1001',
    field: 'phone',
    status: 'requested',
    oldValue: '138****0001',
    newValue: '139****0002',
    evidence: ['otp'],
    maker: 'u-zhang',
  },
);

export type ProfileChange = Inner<typeof profileChangeRecord>;

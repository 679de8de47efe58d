/**
 * The approvals book (审批): transfers that are held, who has approved them, and when they expire.
 * An entry exists only while its transfer is held, so the book is as small as the inbox.
 */

import type { Refusal } from '../../schemas/dead-letter.ts';
import type { Approval } from '../../schemas/events/approval.ts';
import type { Reason } from '../../schemas/reason.ts';

export interface Hold {
  transferId: string;
  /** The held event, Avro bytes: what is decided again on release. */
  event: Buffer;
  /** Decision revision that the approvals speak of. */
  revision: number;
  approvalsRequired: number;
  /** Roles of which each approver must have one; any approver where it is empty. */
  roles: string[];
  given: { by: string; device: string | null; session: string | null }[];
  maker: string | null;
  device: string | null;
  session: string | null;
  expiresAt: number;
  reasons: Reason[];
  seen: number;
}

/** Answers why an approval does not count; null where it does. A person is known by name, device and session. */
export function refuseApproval(hold: Hold, approval: Approval): { refusal: Refusal; detail: string } | null {
  if (approval.revision !== hold.revision) {
    return {
      refusal: 'approval_outdated',
      detail: `The decision on ${hold.transferId} is at revision ${hold.revision}; the approval speaks of revision ${approval.revision}.`,
    };
  }
  const samePerson = (by: string | null, device: string | null, session: string | null) =>
    by === approval.by ||
    (device !== null && device === approval.device) ||
    (session !== null && session === approval.session);
  if (samePerson(hold.maker, hold.device, hold.session)) {
    return {
      refusal: 'approval_by_maker',
      detail: `${approval.by} entered transfer ${hold.transferId}, or shares its device or session; somebody else must approve it.`,
    };
  }
  if (approval.action === 'deny') return null;
  if (hold.given.some((one) => samePerson(one.by, one.device, one.session))) {
    return {
      refusal: 'approval_twice',
      detail: `${approval.by} has approved ${hold.transferId} already, or shares a device or session with somebody who has.`,
    };
  }
  if (hold.roles.length > 0 && !approval.roles.some((role) => hold.roles.includes(role))) {
    return {
      refusal: 'approval_role',
      detail: `Transfer ${hold.transferId} asks for an approver with one of the roles ${hold.roles.join(', ')}; ${approval.by} has ${approval.roles.join(', ') || 'none'}.`,
    };
  }
  return null;
}

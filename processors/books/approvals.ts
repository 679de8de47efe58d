/**
 * The approvals book (审批): transfers that are held, who has approved them, and when they expire.
 * An entry exists only while its transfer is held, so the book is as small as the inbox.
 */

import type { Refusal } from '../../schemas/dead-letter.ts';
import type { Approval } from '../../schemas/events/approval.ts';
import type { Reason } from '../../schemas/reason.ts';
import { hashBytes, nameOf } from '../features/interner.ts';

/** So many people with one of the roles; any approver where the list is empty. */
export interface Demand {
  approvals: number;
  roles: string[];
}

export interface Hold {
  transferId: string;
  /** The held event, Avro bytes: what is decided again on release. */
  event: Buffer;
  /** Decision revision that the approvals speak of. */
  revision: number;
  /** What the rules ask for; each must be met, and one person may meet several. */
  demands: Demand[];
  /** Rules that asked for it: what another one says on release, nobody has looked at yet. */
  rules: string[];
  given: { by: string; roles: string[]; device: string | null; session: string | null }[];
  maker: string | null;
  device: string | null;
  session: string | null;
  batch: string | null;
  expiresAt: number;
  reasons: Reason[];
  seen: number;
}

/** How many more people must approve at least. */
export function approvalsMissing(hold: Hold): number {
  return Math.max(0, ...hold.demands.map((demand) => missingOf(hold, demand)));
}

function missingOf(hold: Hold, demand: Demand): number {
  return demand.approvals - hold.given.filter(({ roles }) => mayMeet(demand, roles)).length;
}

function mayMeet(demand: Demand, roles: readonly string[]): boolean {
  return demand.roles.length === 0 || roles.some((role) => demand.roles.includes(role));
}

/** What makes a repeat known: the id, and what was said. When and from where it was sent again does not matter. */
export function approvalIdentity({ approvalId, transferId, revision, action, by }: Approval): {
  name: number;
  content: number;
} {
  const name = Buffer.from(approvalId, 'utf8');
  const content = Buffer.from(JSON.stringify([transferId, revision, action, by]), 'utf8');
  return { name: nameOf(name, 0, name.length), content: hashBytes(content, 0, content.length) };
}

interface Refused {
  readonly refusal: Refusal;
  readonly detail: string;
}

export function reused({ approvalId }: Approval): Refused {
  return { refusal: 'event_id_reused', detail: `Approval ${approvalId} came again with other content.` };
}

/** Answers why an approval does not count; null where it does. A person is known by name, device and session. */
export function refuseApproval(hold: Hold | undefined, approval: Approval): Refused | null {
  if (hold === undefined) {
    return { refusal: 'approval_not_held', detail: `Transfer ${approval.transferId} is not held.` };
  }
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
  if (hold.maker === null && hold.demands.some((demand) => demand.approvals > 1)) {
    return {
      refusal: 'approval_by_maker',
      detail: `Transfer ${hold.transferId} needs two people besides its maker and names none; it must be entered again with its maker.`,
    };
  }
  if (hold.given.some((one) => samePerson(one.by, one.device, one.session))) {
    return {
      refusal: 'approval_twice',
      detail: `${approval.by} has approved ${hold.transferId} already, or shares a device or session with somebody who has.`,
    };
  }
  const open = hold.demands.filter((demand) => missingOf(hold, demand) > 0);
  if (open.some((demand) => mayMeet(demand, approval.roles))) return null;
  const roles = [...new Set(open.flatMap((demand) => demand.roles))].join(', ');
  return {
    refusal: 'approval_role',
    detail: `Transfer ${hold.transferId} asks for an approver with one of the roles ${roles}; ${approval.by} has ${approval.roles.join(', ') || 'none'}.`,
  };
}

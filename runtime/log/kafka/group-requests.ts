/** The requests by which a process is a member of a group. Versions 3 and 5 know members by a name of their own. */
import type { Exchange } from 'kafkajs/src/cluster/index.js';
import { type ByteReader, ByteWriter } from './bytes.ts';
import { exchange } from './requests.ts';

/** A member of a group, as the group knows it. */
export interface Membership {
  readonly group: string;
  /** The member's own name, which lasts longer than a process: one that comes again takes its old place. */
  readonly instance: string;
  /** Given by the coordinator; empty before. */
  readonly memberId: string;
  readonly generation: number;
}

export interface Joined {
  readonly code: number;
  readonly generation: number;
  readonly leader: string;
  readonly memberId: string;
  /** Empty for all but the leader. */
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

export interface JoinOptions {
  readonly sessionMs: number;
  /** How long the others may take to join again. */
  readonly rebalanceMs: number;
  readonly metadata: Buffer;
}

const PROTOCOL_TYPE = 'weir';
const PROTOCOL = 'weir-1';
const GRACE_MS = 5_000;

export function joinGroup({ group, instance, memberId }: Membership, options: JoinOptions): Exchange<Joined> {
  const { sessionMs, rebalanceMs, metadata } = options;
  const body = new ByteWriter(metadata.length + 256).string(group).int32(sessionMs).int32(rebalanceMs);
  body.string(memberId).string(instance).string(PROTOCOL_TYPE);
  body.array([PROTOCOL], (name) => body.string(name).bytes([metadata]));
  const request = exchange<Joined>('JoinGroup', 11, 5, body, (reader) => {
    reader.int32();
    const code = reader.int16();
    const generation = reader.int32();
    reader.string();
    const [leader, own] = [reader.string(), reader.string()];
    const members = reader.array(() => {
      const id = reader.string();
      reader.string();
      return { memberId: id, metadata: Buffer.from(reader.bytes()) };
    });
    return { code, generation, leader, memberId: own, members };
  });
  // It is answered when all others have joined, or had the time to.
  return { ...request, requestTimeout: Math.max(sessionMs, rebalanceMs) + GRACE_MS };
}

/** The leader tells with it who gets what; everybody learns from the answer what is theirs. */
export function syncGroup(
  { group, instance, memberId, generation }: Membership,
  assignments: readonly (readonly [memberId: string, assignment: Buffer])[],
): Exchange<{ readonly code: number; readonly assignment: Buffer }> {
  const body = new ByteWriter().string(group).int32(generation).string(memberId).string(instance);
  body.array(assignments, ([id, assignment]) => body.string(id).bytes([assignment]));
  return exchange<{ readonly code: number; readonly assignment: Buffer }>('SyncGroup', 14, 3, body, (reader) => {
    reader.int32();
    return { code: reader.int16(), assignment: Buffer.from(reader.bytes()) };
  });
}

export function heartbeat({ group, instance, memberId, generation }: Membership): Exchange<{ readonly code: number }> {
  const body = new ByteWriter().string(group).int32(generation).string(memberId).string(instance);
  return exchange('Heartbeat', 12, 3, body, readCode);
}

export function leaveGroup({ group, instance, memberId }: Membership): Exchange<{ readonly code: number }> {
  const body = new ByteWriter().string(group);
  body.array([memberId], (id) => body.string(id).string(instance));
  return exchange('LeaveGroup', 13, 3, body, readCode);
}

function readCode(reader: ByteReader): { readonly code: number } {
  reader.int32();
  return { code: reader.int16() };
}

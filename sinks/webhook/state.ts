/**
 * What must outlive the process, of each endpoint: how far it has read, and which messages it took and has not
 * finished. It is committed to the log with the attempts that it speaks of, in one step, so it is on either
 * log, and whoever fences the sender goes on from there. A kill repeats at most what was sent since.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import avro from 'avsc';
import { WeirError } from '../../runtime/errors.ts';

/** A message that was taken from the log and is not finished. */
export interface Unfinished {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Append time of its record. */
  readonly seen: number;
  readonly trigger: 'event' | 'replay' | 'test';
  readonly commandId: string | null;
  /** Attempts made, and how many of them were of the schedule. */
  attempts: number;
  scheduled: number;
  /** When the schedule wants the next; 0 where none was made. */
  scheduledAt: number;
  /** When the first was made; 0 where none was. */
  firstAt: number;
}

export interface CursorState {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A replay under way: what is left of each partition. */
export interface ReplayState {
  readonly commandId: string;
  readonly cursors: readonly (CursorState & { readonly until: number })[];
}

export interface EndpointState {
  readonly subscriptionId: string;
  /** Since when every attempt has failed; 0 where the last went through. */
  readonly failingSince: number;
  readonly lastSuccessAt: number;
  readonly breaker: 'closed' | 'open' | 'probing';
  readonly cursors: readonly CursorState[];
  readonly unfinished: readonly Unfinished[];
  readonly replays: readonly ReplayState[];
}

const CURSOR_FIELDS = [
  { name: 'topic', type: 'string' },
  { name: 'partition', type: 'long' },
  { name: 'offset', type: 'long' },
];

const endpointType = avro.Type.forSchema({
  type: 'record',
  name: 'EndpointState',
  fields: [
    { name: 'subscriptionId', type: 'string' },
    { name: 'failingSince', type: 'long' },
    { name: 'lastSuccessAt', type: 'long' },
    { name: 'breaker', type: { type: 'enum', name: 'Breaker', symbols: ['closed', 'open', 'probing'] } },
    { name: 'cursors', type: { type: 'array', items: { type: 'record', name: 'Cursor', fields: CURSOR_FIELDS } } },
    {
      name: 'unfinished',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Unfinished',
          fields: [
            ...CURSOR_FIELDS,
            { name: 'seen', type: 'long' },
            { name: 'trigger', type: { type: 'enum', name: 'Trigger', symbols: ['event', 'replay', 'test'] } },
            { name: 'commandId', type: ['null', 'string'] },
            { name: 'attempts', type: 'long' },
            { name: 'scheduled', type: 'long' },
            { name: 'scheduledAt', type: 'long' },
            { name: 'firstAt', type: 'long' },
          ],
        },
      },
    },
    {
      name: 'replays',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Replay',
          fields: [
            { name: 'commandId', type: 'string' },
            {
              name: 'cursors',
              type: {
                type: 'array',
                items: { type: 'record', name: 'Range', fields: [...CURSOR_FIELDS, { name: 'until', type: 'long' }] },
              },
            },
          ],
        },
      },
    },
  ],
} as avro.Schema);

const VERSION = 1;

/** An endpoint’s part; kept by it as long as nothing changes, since most do not from one commit to the next. */
export function encodeEndpoint(state: EndpointState): Buffer {
  // Positions of many partitions are much alike.
  return deflateRawSync(endpointType.toBuffer(state), { level: 1 });
}

export function encodeState(endpoints: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(VERSION), ...endpoints.flatMap((one) => [lengthOf(one), one])]);
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(part.length);
  return length;
}

export function decodeState(state: Buffer): EndpointState[] {
  if (state.length === 0) return [];
  if (state[0] !== VERSION) {
    throw new WeirError(
      'RECORD_UNDECODABLE',
      `What the webhook sender committed is of version ${state[0]}; this build knows ${VERSION}.`,
    );
  }
  const endpoints: EndpointState[] = [];
  for (let at = 1; at < state.length; ) {
    const end = at + 4 + state.readUInt32LE(at);
    endpoints.push(endpointType.fromBuffer(inflateRawSync(state.subarray(at + 4, end))) as EndpointState);
    at = end;
  }
  return endpoints;
}

/**
 * Signs messages as Standard Webhooks has it: `webhook-signature` holds one signature for each secret in
 * force, the newest first, over `id.timestamp.body`. So while a secret is being replaced a receiver verifies
 * with the old or the new one. `v1` is HMAC-SHA256; `v1a` is ed25519, for receivers that should hold no secret.
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign as signEd25519,
} from 'node:crypto';
import type { SignatureScheme } from '../../schemas/webhook.ts';

export interface SigningSecret {
  readonly scheme: SignatureScheme;
  /** Of v1 the key itself; of v1a the seed of the key pair, 32 bytes. */
  readonly bytes: Buffer;
  /** Null while it is the newest. */
  readonly expiresAt: number | null;
}

export const SECRET_BYTES = 32;

/** How a v1 secret is told to people. */
export function writtenSecret(bytes: Buffer): string {
  return `whsec_${bytes.toString('base64')}`;
}

/** How the public key of a v1a secret is told to receivers. */
export function writtenPublicKey(seed: Buffer): string {
  return `whpk_${rawPublicKey(privateKeyOf(seed)).toString('base64')}`;
}

export interface Signed {
  readonly id: string;
  /** Seconds since 1970: the time of this attempt. */
  readonly timestamp: number;
  /** The very bytes that are sent. */
  readonly body: Buffer;
}

/** The signing part of a subscription: keys are made once, not at each message. */
export class Signer {
  readonly #signers: readonly { readonly expiresAt: number | null; readonly sign: (content: Buffer) => string }[];

  constructor(secrets: readonly SigningSecret[]) {
    this.#signers = secrets.map(({ scheme, bytes, expiresAt }) => ({
      expiresAt,
      sign: scheme === 'v1' ? hmacSigner(bytes) : ed25519Signer(bytes),
    }));
  }

  /** The headers of one attempt. */
  headers({ id, timestamp, body }: Signed, now: number): { readonly [name: string]: string } {
    const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
    const inForce = this.#signers.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': inForce.map(({ sign }) => sign(content)).join(' '),
    };
  }
}

function hmacSigner(bytes: Buffer): (content: Buffer) => string {
  // From a key object Node makes an HMAC in a sixth of the time that it takes from bytes.
  const key = createSecretKey(bytes);
  return (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function ed25519Signer(seed: Buffer): (content: Buffer) => string {
  const key = privateKeyOf(seed);
  return (content) => `v1a,${signEd25519(null, content, key).toString('base64')}`;
}

/** What stands before the seed in the PKCS #8 form of an ed25519 key (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(key: KeyObject): Buffer {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return der.subarray(der.length - 32);
}

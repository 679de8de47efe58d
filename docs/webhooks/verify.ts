/** Verifies a webhook of Weir (Standard Webhooks, v1 and v1a) with nothing but Node. */
import { createHmac, createPublicKey, timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * True where the message is Weir’s. `body` is the raw body, byte for byte as it came; `key` is the secret
 * (whsec_…) or the public key (whpk_…); `nowSeconds` is Date.now() / 1000.
 */
export function isAuthentic(body: Buffer, headers: WebhookHeaders, key: string, nowSeconds: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return signatures.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',', 2);
    const given = Buffer.from(signature, 'base64');
    if (version === 'v1' && key.startsWith('whsec_')) return isHmac(content, given, key.slice(6));
    if (version === 'v1a' && key.startsWith('whpk_')) return isSigned(content, given, key.slice(5));
    return false;
  });
}

function isHmac(content: Buffer, given: Buffer, secret: string): boolean {
  const expected = createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What stands before the 32 bytes of an ed25519 key in its DER form. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

function isSigned(content: Buffer, given: Buffer, publicKey: string): boolean {
  const der = Buffer.concat([SPKI_HEAD, Buffer.from(publicKey, 'base64')]);
  return verifyEd25519(null, content, createPublicKey({ key: der, format: 'der', type: 'spki' }), given);
}

import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Signer, writtenPublicKey, writtenSecret } from '../../../sinks/webhook/signature.ts';

const secret = (written: string) => Buffer.from(written.replace('whsec_', ''), 'base64');

describe('a signature', () => {
  it.each([
    {
      name: 'of the specification’s libraries',
      key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      name: 'of text beyond ASCII',
      key: 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
      id: 'msg_01JTESTVECTOR0000000000001',
      timestamp: 1_767_323_045,
      body: '{"type":"risk.alert.raised","timestamp":"2026-01-02T03:04:05.678Z","data":{"alert_id":"alt_01","name":"Łódź ☂"}}',
      signature: 'v1,BLCYTGNxWPp2Dy3l1EmJFL90ZwQF+pcsxpZzKDEpaXs=',
    },
  ])('is the known one $name', ({ key, id, timestamp, body, signature }) => {
    const signer = new Signer([{ scheme: 'v1', bytes: secret(key), expiresAt: null }]);
    expect(signer.headers({ id, timestamp, body: Buffer.from(body) }, 0)).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  it('is the known one with ed25519', () => {
    const key = Buffer.from(
      '6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
      'base64',
    );
    const signer = new Signer([{ scheme: 'v1a', bytes: key.subarray(0, 32), expiresAt: null }]);
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: Buffer.from('{"test": 2432232314}'),
    };
    expect(signer.headers(signed, 0)['webhook-signature']).toBe(
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    );
    expect(writtenPublicKey(key.subarray(0, 32))).toBe(`whpk_${key.subarray(32).toString('base64')}`);
  });

  it('with two kinds of key is verified by each, and by none of them after its end', () => {
    const bytes = Buffer.alloc(32, 1);
    const seed = Buffer.alloc(32, 2);
    const signer = new Signer([
      { scheme: 'v1a', bytes: seed, expiresAt: null },
      { scheme: 'v1', bytes, expiresAt: 5_000 },
    ]);
    const timestamp = Math.floor(Date.now() / 1_000);
    const signed = { id: 'alerts-0-1', timestamp, body: Buffer.from('{"a":"中"}') };
    const headers = signer.headers(signed, 4_999);
    expect(new Webhook(writtenSecret(bytes)).verify(signed.body, headers as Record<string, string>)).toEqual({
      a: '中',
    });
    const asymmetric = headers['webhook-signature']?.split(' ').find((one) => one.startsWith('v1a,')) as string;
    const der = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(writtenPublicKey(seed).slice(5), 'base64'),
    ]);
    const content = Buffer.from(`alerts-0-1.${timestamp}.{"a":"中"}`);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(verify(null, content, key, Buffer.from(asymmetric.slice(4), 'base64'))).toBe(true);
    expect(signer.headers(signed, 5_000)['webhook-signature']).toBe(asymmetric);
  });
});

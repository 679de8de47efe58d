/**
 * The key under which secrets lie in the log: 32 bytes, given by the operator, or made at the first start
 * and kept in the data folder. Several workers on one Kafka need the same one, so there it must be given.
 *
 * What is sealed names the key by its first bytes of a digest: sealed with another, it is told so, and not
 * taken for damaged. The place that a sealed value belongs to is authenticated with it, so that one cannot be
 * put in another's place.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemRandomBytes } from './clock.ts';
import type { Config } from './config.ts';
import { WeirError } from './errors.ts';
import { replacePrivateFile } from './private-file.ts';

const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_FILE = 'secret.key';

export class SecretKey {
  readonly #key: KeyObject;
  readonly #id: Buffer;

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
    this.#id = hash('sha256', key, 'buffer').subarray(0, KEY_ID_BYTES);
  }

  /** Encrypts with AES-256-GCM. */
  seal(plain: Buffer, place: string): Buffer {
    const nonce = systemRandomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([this.#id, nonce, cipher.getAuthTag(), body]);
  }

  unseal(sealed: Buffer, place: string): Buffer {
    const [id, nonce, tag, body] = partsOf(sealed);
    if (!id.equals(this.#id)) {
      throw new WeirError(
        'CONFIG_INVALID',
        `WEIR_SECRET_KEY: ${place} was encrypted with the key ${id.toString('hex')}, and this is the key ` +
          `${this.#id.toString('hex')}; give the one that it was encrypted with`,
      );
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place)).setAuthTag(tag);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (cause) {
      throw new WeirError('RECORD_UNDECODABLE', `${place} does not decrypt: it was changed after it was encrypted`, {
        cause,
      });
    }
  }

  /** The same for the same text, and of no use to whoever has not the key: a pseudonym of it. */
  pseudonym(text: string): string {
    return createHmac('sha256', this.#key).update('pseudonym').update(text).digest('base64url').slice(0, 22);
  }
}

function partsOf(sealed: Buffer): [Buffer, Buffer, Buffer, Buffer] {
  const ends = [KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES, KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES] as const;
  return [
    sealed.subarray(0, ends[0]),
    sealed.subarray(ends[0], ends[1]),
    sealed.subarray(ends[1], ends[2]),
    sealed.subarray(ends[2]),
  ];
}

/** The key as set, or as kept in the data folder; made there at the first start. */
export function loadSecretKey(config: Pick<Config, 'dataDir' | 'secretKey' | 'secretKeyFile'>): SecretKey {
  const { secretKey, secretKeyFile, dataDir } = config;
  if (secretKey !== undefined && secretKeyFile !== undefined) {
    throw new WeirError(
      'CONFIG_INVALID',
      'WEIR_SECRET_KEY and WEIR_SECRET_KEY_FILE: both are set; expected one of them',
    );
  }
  if (secretKey !== undefined) return new SecretKey(parse(secretKey, 'WEIR_SECRET_KEY'));
  if (secretKeyFile !== undefined) return new SecretKey(parse(read(secretKeyFile), secretKeyFile));
  const own = join(dataDir, KEY_FILE);
  return new SecretKey(parse(readOrMake(own), own));
}

function parse(written: string, where: string): Buffer {
  const text = written.trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new WeirError('CONFIG_INVALID', `${where}: expected 32 bytes as base64 or as 64 hex digits`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WeirError('CONFIG_INVALID', `WEIR_SECRET_KEY_FILE: the file ${file} cannot be read`, { cause });
  }
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new WeirError('CONFIG_INVALID', `${file}: the key cannot be read`, { cause });
    }
  }
  const written = systemRandomBytes(KEY_BYTES).toString('base64');
  replacePrivateFile(file, `${written}\n`);
  return written;
}

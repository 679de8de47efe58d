/** What of a subscription is secret (its address and its signing secrets), into the log and out of it again. */
import { systemRandomBytes } from '../../runtime/clock.ts';
import type { SecretKey } from '../../runtime/secret-key.ts';
import type { SealedSecret, SignatureScheme, WebhookChange } from '../../schemas/webhook.ts';
import { SECRET_BYTES, Signer, writtenPublicKey, writtenSecret } from './signature.ts';

export interface NewSecret {
  readonly sealed: SealedSecret;
  /** What is told once: the secret of v1, the public key of v1a. */
  readonly told: string;
}

export class Vault {
  readonly #key: SecretKey;

  constructor(key: SecretKey) {
    this.#key = key;
  }

  newSecret(subscriptionId: string, scheme: SignatureScheme, now: number): NewSecret {
    const secretId = systemRandomBytes(6).toString('hex');
    const bytes = systemRandomBytes(SECRET_BYTES);
    const publicKey = scheme === 'v1a' ? writtenPublicKey(bytes) : null;
    const sealed = this.#key.seal(bytes, placeOf(subscriptionId, secretId));
    return {
      sealed: { secretId, scheme, sealed, publicKey, createdAt: now, expiresAt: null },
      told: publicKey ?? writtenSecret(bytes),
    };
  }

  sealUrl(subscriptionId: string, url: string): Buffer {
    return this.#key.seal(Buffer.from(url), placeOf(subscriptionId, 'url'));
  }

  urlOf({ subscriptionId, sealedUrl }: Pick<WebhookChange, 'subscriptionId' | 'sealedUrl'>): URL {
    return new URL(this.#key.unseal(sealedUrl, placeOf(subscriptionId, 'url')).toString('utf8'));
  }

  signerOf({ subscriptionId, secrets }: Pick<WebhookChange, 'subscriptionId' | 'secrets'>): Signer {
    return new Signer(
      secrets.map(({ secretId, scheme, sealed, expiresAt }) => {
        return { scheme, expiresAt, bytes: this.#key.unseal(sealed, placeOf(subscriptionId, secretId)) };
      }),
    );
  }

  /** Stands for an id of a customer where it must not be told; the same each time. */
  pseudonym(text: string): string {
    return this.#key.pseudonym(text);
  }
}

function placeOf(subscriptionId: string, part: string): string {
  return `webhook ${subscriptionId}/${part}`;
}

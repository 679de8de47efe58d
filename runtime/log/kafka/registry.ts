/** The schema registry, by @kafkajs/confluent-schema-registry: ids and compatibility, never a record on the hot path. */
import { Agent } from 'node:https';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { WeirError } from '../../errors.ts';
import type { Registry } from './schema-book.ts';

export interface RegistryAccess {
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** Authorities and certificate, as Node's TLS takes them. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

type Refusal = Error & { readonly status?: number };

const CONFLICT = 409;
const NOT_FOUND = 404;
const UNPROCESSABLE = 422;
const NAME_OF_LEVEL_ERROR = 'ConfluentSchemaRegistryCompatibilityError';
type Level = 'BACKWARD';

export function openRegistry({ url, auth, tls }: RegistryAccess): Registry {
  const registry = new SchemaRegistry({
    host: url,
    clientId: 'weir',
    ...(auth === undefined ? {} : { auth: { ...auth } }),
    ...(tls === undefined ? {} : { agent: new Agent(tls) }),
    retry: { retries: 2 },
  });
  const register = async (subject: string, schema: string, level: Level): Promise<number> => {
    const options = { subject, compatibility: level as never, updateConfig: false };
    return (await registry.register({ type: SchemaType.AVRO, schema }, options)).id;
  };
  return {
    register: async (subject, schema) => {
      try {
        return await register(subject, schema, 'BACKWARD');
      } catch (error) {
        // The client insists on a level; the one that stands there is the institution's choice.
        const level = levelThatStands(error);
        if (level === null) throw explained(error, `schema of ${subject}`);
        return register(subject, schema, level).catch((cause) => {
          throw explained(cause, `schema of ${subject}`);
        });
      }
    },
    find: async (id) => {
      try {
        const schema = await registry.getSchema(id);
        return JSON.stringify(
          (schema as { schema?: (options: object) => unknown }).schema?.({ exportAttrs: true }) ?? null,
        );
      } catch (error) {
        if ((error as Refusal).status === NOT_FOUND) return null;
        throw explained(error, `schema ${id}`);
      }
    },
  };
}

function levelThatStands(error: unknown): Level | null {
  const { name, message } = error as Error;
  if (name !== NAME_OF_LEVEL_ERROR) return null;
  return (/ != ([A-Z_]+)/.exec(message)?.[1] as Level | undefined) ?? null;
}

function explained(error: unknown, what: string): WeirError {
  const { status, message } = error as Refusal;
  if (status === CONFLICT || status === UNPROCESSABLE) {
    return new WeirError('SCHEMA_REFUSED', `The schema registry refuses the ${what}: ${message}`, { cause: error });
  }
  return new WeirError('LOG_UNAVAILABLE', `The schema registry did not answer for the ${what}: ${message}`, {
    cause: error,
  });
}

/**
 * A schema registry for tests, in this process: the calls that @kafkajs/confluent-schema-registry makes, with
 * backward compatibility checked as the real one does. Its schemas stand in memory.
 */
import avro from 'avsc';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';

interface Version {
  readonly id: number;
  readonly schema: string;
}

const SUBJECT_UNKNOWN = 40401;
const VERSION_UNKNOWN = 40402;
const SCHEMA_UNKNOWN = 40403;
const LEVEL_UNKNOWN = 40408;
const INCOMPATIBLE = 409;
const INVALID_SCHEMA = 42201;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

export class RegistryServer {
  readonly #server: FastifyInstance = fastify();
  /** Texts of schemas; the id is the place, from 1 on. */
  readonly #schemas: string[] = [];
  readonly #subjects = new Map<string, Version[]>();
  readonly #levels = new Map<string, string>();
  #url = '';
  /** Requests so far: a cache must keep them few. */
  requests = 0;

  static async start(port = 0, host = '127.0.0.1'): Promise<RegistryServer> {
    const server = new RegistryServer();
    await server.#listen(port, host);
    return server;
  }

  get url(): string {
    return this.#url;
  }

  get subjects(): string[] {
    return [...this.#subjects.keys()].sort();
  }

  /** Registers as another team would. */
  register(subject: string, schema: string): number {
    const known = this.#subjects.get(subject)?.find((version) => version.schema === schema);
    if (known !== undefined) return known.id;
    let id = this.#schemas.indexOf(schema) + 1;
    if (id === 0) id = this.#schemas.push(schema);
    this.#subjects.set(subject, [...(this.#subjects.get(subject) ?? []), { id, schema }]);
    return id;
  }

  schemaOf(id: number): string | undefined {
    return this.#schemas[id - 1];
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  async #listen(port: number, host: string): Promise<void> {
    const server = this.#server;
    server.addContentTypeParser(CONTENT_TYPE, { parseAs: 'string' }, (_request, body, done) => {
      done(null, JSON.parse(body as string));
    });
    server.addHook('onRequest', async () => {
      this.requests++;
    });
    server.get('/subjects', async () => this.subjects);
    server.get<{ Params: { id: string } }>('/schemas/ids/:id', async ({ params }, reply) => {
      const schema = this.schemaOf(Number(params.id));
      return schema === undefined ? refuse(reply, 404, SCHEMA_UNKNOWN, 'Schema not found') : { schema };
    });
    server.get<{ Params: { subject: string; version: string } }>(
      '/subjects/:subject/versions/:version',
      async ({ params: { subject, version } }, reply) => {
        const versions = this.#subjects.get(subject);
        if (versions === undefined) return refuse(reply, 404, SUBJECT_UNKNOWN, 'Subject not found.');
        const number = version === 'latest' ? versions.length : Number(version);
        const found = versions[number - 1];
        if (found === undefined) return refuse(reply, 404, VERSION_UNKNOWN, 'Version not found.');
        return { subject, version: number, ...found };
      },
    );
    server.get<{ Params: { subject: string } }>('/config/:subject', async ({ params: { subject } }, reply) => {
      const compatibilityLevel = this.#levels.get(subject);
      if (compatibilityLevel !== undefined) return { compatibilityLevel };
      return refuse(
        reply,
        404,
        LEVEL_UNKNOWN,
        `Subject '${subject}' does not have subject-level compatibility configured`,
      );
    });
    server.put<{ Params: { subject: string }; Body: { compatibility: string } }>(
      '/config/:subject',
      async ({ params: { subject }, body: { compatibility } }) => {
        this.#levels.set(subject, compatibility);
        return { compatibility };
      },
    );
    server.post<{ Params: { subject: string }; Body: { schema: string } }>(
      '/subjects/:subject/versions',
      async ({ params: { subject }, body: { schema } }, reply) => {
        const problem = this.#problemOf(subject, schema);
        if (problem !== null) return refuse(reply, problem.status, problem.code, problem.message);
        return { id: this.register(subject, schema) };
      },
    );
    const address = await server.listen({ host, port });
    this.#url = address;
  }

  #problemOf(subject: string, schema: string): { status: number; code: number; message: string } | null {
    let type: avro.Type;
    try {
      type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
    } catch (error) {
      return { status: 422, code: INVALID_SCHEMA, message: (error as Error).message };
    }
    const latest = this.#subjects.get(subject)?.at(-1);
    if (latest === undefined || this.#levels.get(subject) === 'NONE') return null;
    try {
      type.createResolver(avro.Type.forSchema(JSON.parse(latest.schema) as avro.Schema));
      return null;
    } catch (error) {
      const message = `Schema being registered is incompatible with an earlier schema for subject "${subject}": ${(error as Error).message}`;
      return { status: 409, code: INCOMPATIBLE, message };
    }
  }
}

function refuse(reply: FastifyReply, status: number, code: number, message: string) {
  return reply.code(status).send({ error_code: code, message });
}

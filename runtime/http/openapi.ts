/** The OpenAPI description (`/openapi.json`, a page at `/docs`), made from the zod schemas of the routes. */
import swagger, { type SwaggerTransform } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import type { App } from './app.ts';
import { addPages } from './pages.ts';
import { PROBLEM_TYPE, problemBody } from './problem.ts';
import { exampleOf } from './validation.ts';

export async function describeRoutes(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Weir',
        version,
        description:
          'Events in, decisions and alerts out. Every refusal is an RFC 9457 problem. ' +
          '事件写入，决定与预警读出；所有拒绝均为 RFC 9457 problem 格式。',
      },
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: weir_<id>_<secret>.' } },
      },
      security: [{ key: [] }],
    },
    transform: describeRoute,
  });
  await addPages(app, async (pages) => {
    await pages.register(swaggerUi, { routePrefix: '/docs' });
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

const PARTS = ['body', 'querystring', 'params', 'headers'] as const;

const describeRoute: SwaggerTransform<FastifySchema & { hide?: boolean }> = ({ schema, url }) => {
  if (schema === undefined || schema.hide === true) return { schema: { hide: true }, url };
  const described: { [part: string]: unknown } = { ...schema };
  for (const part of PARTS) {
    if (schema[part] !== undefined) described[part] = jsonSchemaOf(schema[part] as z.ZodType);
  }
  const responses = Object.entries((schema.response ?? {}) as { [status: string]: z.ZodType });
  described.response = {
    ...Object.fromEntries(responses.map(([status, body]) => [status, jsonSchemaOf(body)])),
    default: { description: 'Refused.', content: { [PROBLEM_TYPE]: { schema: jsonSchemaOf(problemBody) } } },
  };
  return { schema: described as FastifySchema, url };
};

/** People read and write the JSON form of records, which is what their schemas take in, on the way out as well. */
function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const example = exampleOf(schema);
  return example === undefined ? rest : { ...rest, examples: [example] };
}

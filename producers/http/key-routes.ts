/** `/v1/keys`: an administrator makes, lists and revokes API keys. A key's secret is told once, when it is made. */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, requireRole } from '../../runtime/http/auth.ts';
import { type KeyStore, newKey, ROLES } from '../../runtime/http/keys.ts';

const keyBody = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    departments: z.array(z.string()),
    createdAt: z.string(),
    createdBy: z.string().nullable(),
    revokedAt: z.string().nullable().describe('When it was revoked; null while it is in force.'),
  })
  .describe('A key without its secret.');

const tags = ['administration'];
const onRequest = requireRole('admin');

export function addKeyRoutes(app: App, keys: KeyStore): void {
  app.post(
    '/v1/keys',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Make an API key (新建密钥)',
        body: newKey,
        response: { 201: keyBody.extend({ key: z.string().describe('The key itself: told now and never again.') }) },
      },
    },
    async (request, reply) => {
      const { key, facts } = await keys.create(request.body, knownCaller(request).name);
      reply.code(201).header('cache-control', 'no-store');
      return { ...facts, key };
    },
  );
  app.get(
    '/v1/keys',
    {
      onRequest,
      schema: {
        tags,
        summary: 'List API keys (密钥列表)',
        response: { 200: z.strictObject({ items: z.array(keyBody) }) },
      },
    },
    async () => ({ items: await keys.listAll() }),
  );
  app.delete(
    '/v1/keys/:id',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Revoke an API key (吊销密钥)',
        params: z.strictObject({ id: z.string().max(64) }),
        response: { 200: keyBody },
      },
    },
    (request) => keys.revoke(request.params.id, knownCaller(request).name),
  );
}

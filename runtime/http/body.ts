/** Reads JSON bodies: strictly UTF-8, strictly JSON, with a refusal that says which it was not. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { WeirError } from '../errors.ts';

export function readJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    request.rawBody = body;
    return parseJson(body);
  });
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0)
    throw new WeirError('REQUEST_INVALID', 'The body is empty; JSON was expected.', { zh: '请求体为空，须为 JSON。' });
  // Bytes that are no UTF-8 would be read as replacement characters, and two ids could become one.
  if (!isUtf8(body))
    throw new WeirError('REQUEST_INVALID', 'The body is not UTF-8.', { zh: '请求体不是 UTF-8 编码。' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new WeirError('REQUEST_INVALID', `The body is not JSON: ${(cause as Error).message}.`, {
      cause,
      zh: '请求体不是有效的 JSON。',
    });
  }
}

/**
 * `/v1/session` and `/v1/users`: people sign in with name and password, and administrators say who they are.
 * Each sign-in, each failure and each new password is an `activity` event.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';
import type { Access } from '../../runtime/http/access.ts';
import type { App } from '../../runtime/http/app.ts';
import { cookieOf, knownCaller, requireRole } from '../../runtime/http/auth.ts';
import { ROLES } from '../../runtime/http/keys.ts';
import { SESSION_COOKIE } from '../../runtime/http/sessions.ts';
import { newUser, password } from '../../runtime/http/users.ts';
import type { Activity } from '../../schemas/events/activity.ts';
import { activityOf, administerUsers, type UserParts } from './user-administration.ts';

export interface SessionRouteParts extends UserParts {
  readonly access: Access;
}

const sessionBody = z
  .strictObject({
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    departments: z.array(z.string()),
    csrf: z.string().describe('To be sent as `weir-csrf` with whatever changes something.'),
    endsAt: z.iso.datetime().describe('When it ends, however busy; after 30 minutes of rest it ends sooner.'),
  })
  .describe('A session.');

const userBody = z
  .strictObject({
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    departments: z.array(z.string()),
    createdAt: z.string(),
    createdBy: z.string().nullable(),
    disabledAt: z.string().nullable(),
  })
  .describe('A person who signs in.');

const tags = ['administration'];
const params = z.strictObject({ name: z.string().min(1).max(64) });
const onRequest = requireRole('admin');

export function addSessionRoutes(app: App, parts: SessionRouteParts): void {
  addSessions(app, parts);
  addUsers(app, parts);
}

function addSessions(app: App, parts: SessionRouteParts): void {
  const { access, users, intake, now, newId } = parts;
  const { sessions } = access;
  const note = (name: string, kind: Activity['kind'], detail: string | null = null) =>
    intake.append('activity', [activityOf(newId(), now(), name, kind, detail)]);
  app.post(
    '/v1/session',
    {
      schema: {
        tags,
        summary: 'Sign in (登录)',
        security: [],
        body: z.strictObject({ name: z.string().regex(/^[\x21-\x7e]{1,64}$/), password: z.string().max(256) }),
        response: { 200: sessionBody },
      },
    },
    async (request, reply) => {
      const { name, password: tried } = request.body;
      const member = await users.check(name, tried);
      if (member === null) {
        await note(name, 'login_failed');
        throw new WeirError('UNAUTHENTICATED', 'Name or password is not right.', { zh: '用户名或密码不正确。' });
      }
      await note(name, 'login');
      const { token, csrf, endsAt } = await sessions.open(member);
      setCookie(request, reply, token, endsAt - now());
      const { roles, departments } = member.user;
      return { name, roles, departments, csrf, endsAt: new Date(endsAt).toISOString() };
    },
  );
  app.get(
    '/v1/session',
    { schema: { tags, summary: 'The session of the cookie (当前会话)', response: { 200: sessionBody } } },
    async (request) => {
      const holder = await access.sessionHolder(cookieOf(request, SESSION_COOKIE) ?? '');
      if (holder === null)
        throw new WeirError('UNAUTHENTICATED', 'There is no session, or it is over.', {
          zh: '没有会话，或会话已结束。',
        });
      const { name, roles, departments, csrf, endsAt } = holder;
      return { name, roles: [...roles], departments: [...departments], csrf, endsAt: new Date(endsAt).toISOString() };
    },
  );
  app.delete('/v1/session', { schema: { tags, summary: 'Sign out (退出)' } }, async (request, reply) => {
    const token = cookieOf(request, SESSION_COOKIE) ?? '';
    await access.sessionHolder(token);
    await sessions.end(token);
    setCookie(request, reply, '', 0);
    return reply.code(204).send();
  });
  app.post(
    '/v1/session/password',
    {
      onRequest: requireRole(...ROLES),
      schema: {
        tags,
        summary: 'Change one’s own password (修改密码)',
        body: z.strictObject({ current: z.string().max(256), password }),
      },
    },
    async (request, reply) => {
      const { name, session } = knownCaller(request);
      if ((await users.check(name, request.body.current)) === null) {
        await note(name, 'login_failed', 'to change the password');
        throw new WeirError('FORBIDDEN', 'The current password is not right.', { zh: '当前密码不正确。' });
      }
      // Whoever changed it goes on; all other sessions held by the old one.
      const goOn = (credential: string) => sessions.renew(name, session ?? '', credential);
      await users.setPassword(name, request.body.password, name, goOn);
      await note(name, 'credential_change');
      return reply.code(204).send();
    },
  );
}

function addUsers(app: App, parts: SessionRouteParts): void {
  const administration = administerUsers(parts);
  app.post(
    '/v1/users',
    { onRequest, schema: { tags, summary: 'Make a user (新建用户)', body: newUser, response: { 201: userBody } } },
    async (request, reply) => {
      const user = await administration.create(request.body, knownCaller(request).name);
      reply.code(201);
      return user;
    },
  );
  const listed = z.strictObject({ items: z.array(userBody) });
  app.get(
    '/v1/users',
    { onRequest, schema: { tags, summary: 'List users (用户列表)', response: { 200: listed } } },
    async () => ({ items: await parts.users.listAll() }),
  );
  app.put(
    '/v1/users/:name/password',
    { onRequest, schema: { tags, summary: 'Set a password (重置密码)', params, body: z.strictObject({ password }) } },
    async (request, reply) => {
      await administration.setPassword(request.params.name, request.body.password, knownCaller(request).name);
      return reply.code(204).send();
    },
  );
  app.delete(
    '/v1/users/:name',
    { onRequest, schema: { tags, summary: 'Disable a user (停用用户)', params, response: { 200: userBody } } },
    (request) => administration.disable(request.params.name, knownCaller(request).name),
  );
}

/** Behind a proxy that speaks TLS the cookie is for TLS alone. */
function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, lifeMs: number): void {
  const isSecure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  const life = Math.floor(lifeMs / 1_000);
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}${isSecure ? '; Secure' : ''}`;
  reply.header('set-cookie', `${SESSION_COOKIE}=${value}; ${attributes}`);
}

/** Every route with every role, on a whole process: a route that nobody thought about fails here. */
import { expect, it } from 'vitest';
import { ROLES, type Role } from '../../runtime/http/keys.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type RunningWeir, startWeir } from '../support/running-weir.ts';

const ANYBODY = 'anybody';
const STAFF: readonly Role[] = ['viewer', 'officer', 'approver', 'compliance'];

/** Who may besides administrators, who may everything; `anybody` needs no key. */
const ACCESS: { readonly [route: string]: readonly Role[] | typeof ANYBODY } = {
  'GET /livez': ANYBODY,
  'GET /readyz': ANYBODY,
  'GET /metrics': ANYBODY,
  'POST /v1/session': ANYBODY,
  'GET /v1/session': ANYBODY,
  'DELETE /v1/session': ANYBODY,
  'POST /v1/session/password': ROLES,
  'POST /v1/transfers': ['intake'],
  'POST /v1/customers': ['intake'],
  'POST /v1/invoices': ['intake'],
  'POST /v1/payments': ['intake'],
  'POST /v1/balances': ['intake'],
  'POST /v1/profile-changes': ['intake'],
  'POST /v1/activity': ['intake'],
  'POST /v1/statements': ['intake'],
  'POST /v1/approvals': ['approver'],
  'POST /v1/alert-actions': ['officer', 'compliance'],
  'POST /v1/control': ['compliance'],
  'GET /v1/decisions': ['intake', ...STAFF],
  'GET /v1/decisions/{transferId}': ['intake', ...STAFF],
  'GET /v1/alerts': STAFF,
  'GET /v1/alerts/{id}': STAFF,
  'GET /v1/parties/{id}': STAFF,
  'GET /v1/parties/{id}/flow': STAFF,
  'GET /v1/parties/{id}/changes': STAFF,
  'GET /v1/panels': STAFF,
  'GET /v1/panels/{id}': STAFF,
  'GET /v1/emergency': STAFF,
  'GET /v1/live': STAFF,
  'GET /v1/me': STAFF,
  'GET /v1/colleagues': ['officer', 'compliance'],
  'GET /v1/rules': STAFF,
  'GET /v1/rule-changes': STAFF,
  'GET /v1/settings': STAFF,
  'GET /v1/setting-changes': STAFF,
  'POST /v1/settings': [],
  'POST /v1/settings/preview': [],
  'GET /v1/rules/{id}/exemptions': ['compliance'],
  'POST /v1/rules/{id}/preview': [],
  'POST /v1/rules/{id}/settings': [],
  'GET /v1/system': STAFF,
  'GET /v1/webhook-messages/{id}': STAFF,
  'GET /v1/keys': [],
  'POST /v1/keys': [],
  'DELETE /v1/keys/{id}': [],
  'GET /v1/users': [],
  'POST /v1/users': [],
  'PUT /v1/users/{name}/password': [],
  'DELETE /v1/users/{name}': [],
  'GET /v1/webhooks': ['compliance'],
  'POST /v1/webhooks': ['compliance'],
  'GET /v1/webhooks/{id}': ['compliance'],
  'PATCH /v1/webhooks/{id}': ['compliance'],
  'DELETE /v1/webhooks/{id}': ['compliance'],
  'POST /v1/webhooks/{id}/secrets': ['compliance'],
  'POST /v1/webhooks/{id}/disable': ['compliance'],
  'POST /v1/webhooks/{id}/enable': ['compliance'],
  'POST /v1/webhooks/{id}/test': ['compliance'],
  'POST /v1/webhooks/{id}/replays': ['compliance'],
  'GET /v1/webhooks/{id}/attempts': ['compliance'],
  'GET /v1/webhook-figures': ['compliance'],
};

const REFUSED = [401, 403];

async function routesOf(weir: RunningWeir): Promise<string[]> {
  const { body } = await weir.ask('/openapi.json');
  const { paths } = body as { paths: { [path: string]: { [method: string]: unknown } } };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

async function keyOf(weir: RunningWeir, role: Role): Promise<string> {
  const { body } = await weir.ask('/v1/keys', { name: `u-${role}`, roles: [role] });
  return (body as { key: string }).key;
}

/** Status of the route, sent nothing that it could act on. */
async function statusOf(weir: RunningWeir, route: string, key: string | null): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const headers: { [name: string]: string } = key === null ? {} : { authorization: `Bearer ${key}` };
  const sendsBody = method !== 'GET' && method !== 'DELETE';
  if (sendsBody) headers['content-type'] = 'application/json';
  const address = weir.address + path.replace(/\{\w+\}/g, 'nothing-of-that-name');
  const { status } = await fetch(address, { method, headers, ...(sendsBody ? { body: '[]' } : {}) });
  return status;
}

it('lets each role do what it may, and nothing else', async () => {
  const weir = await startWeir({ dataDir: temporaryFolder() });
  expect((await routesOf(weir)).sort()).toEqual(Object.keys(ACCESS).sort());
  const keys = await Promise.all(ROLES.map(async (role) => [role, await keyOf(weir, role)] as const));
  const wrong: string[] = [];
  for (const [route, allowed] of Object.entries(ACCESS)) {
    const note = (who: string, status: number, may: boolean) => {
      if (REFUSED.includes(status) === may) wrong.push(`${route} as ${who}: ${status}`);
    };
    const strangers = await statusOf(weir, route, null);
    if (allowed === ANYBODY) {
      // Without a session there is none to tell of.
      if (route !== 'GET /v1/session') note('a stranger', strangers, true);
      continue;
    }
    expect(`${route} ${strangers}`).toBe(`${route} 401`);
    expect(`${route} ${await statusOf(weir, route, 'weir_000000000000_x')}`).toBe(`${route} 401`);
    for (const [role, key] of keys) {
      note(role, await statusOf(weir, route, key), role === 'admin' || allowed.includes(role));
    }
  }
  expect(wrong).toEqual([]);
});

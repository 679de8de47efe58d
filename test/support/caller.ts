/** A person or system that calls the API of one process or another, with a key or as signed in. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by the tests.
  readonly body: any;
}

/** What stands for the caller at every process alike. */
export type Credentials = KeyCredentials | SessionCredentials;

export interface KeyCredentials {
  readonly authorization: string;
}

export interface SessionCredentials {
  readonly cookie: string;
  readonly 'weir-csrf': string;
}

export async function ask(
  address: string | null,
  credentials: Credentials | null,
  path: string,
  { method, body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const response = await send(address, credentials, path, method ?? (body === undefined ? 'GET' : 'POST'), body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** Signs in at one process; what it answers is good at the others. */
export async function signIn(address: string | null, name: string, password: string): Promise<SessionCredentials> {
  const response = await send(address, null, '/v1/session', 'POST', { name, password });
  const { csrf, detail } = (await response.json()) as { csrf: string; detail?: string };
  if (response.status !== 200) throw new Error(`${name} could not sign in: ${response.status} ${detail}`);
  return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] as string, 'weir-csrf': csrf };
}

function send(address: string | null, credentials: Credentials | null, path: string, method: string, body: unknown) {
  return fetch(`${address}${path}`, {
    method,
    headers: { ...credentials, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

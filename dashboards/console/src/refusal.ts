/** What the server answers where it does not do what it was asked. */
interface Problem {
  readonly title?: string;
  readonly titleZh?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
}

export interface FieldProblem {
  /** JSON Pointer into what was sent. */
  readonly path: string;
  readonly message: string;
}

/** A refusal of the server, as RFC 9457 has it. */
export class Refusal extends Error {
  readonly status: number;
  /** In Chinese, what kind of refusal it is; null where a proxy refused, which says no such thing. */
  readonly zh: string | null;
  readonly fields: readonly FieldProblem[];

  constructor(
    status: number,
    message: string,
    { titleZh = null, errors = [] }: { titleZh?: string | null; errors?: readonly FieldProblem[] } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.zh = titleZh;
    this.fields = errors;
  }
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const { status, statusText } = response;
  try {
    const { title, titleZh = null, detail, errors = [] } = (await response.json()) as Problem;
    const message = [detail ?? title ?? statusText, ...errors.map(said)].join(' ');
    return new Refusal(status, message, { titleZh, errors });
  } catch {
    // A proxy’s page has no problem to tell.
    return new Refusal(status, `${status} ${statusText}`);
  }
}

/** Which field it is about, and what is wrong with it; what was stored and then refused is about no field. */
function said({ path, message }: FieldProblem): string {
  const field = path.slice(path.lastIndexOf('/') + 1);
  return field === '' || /^\d+$/.test(field) ? message : `(${field}) ${message}`;
}

/** A refusal is told as its code and a sentence. */
export function refusalIn(message: string): { readonly code: string; readonly detail: string } {
  const [, code = '', detail = message] = /^([a-z-]+): (.*)$/s.exec(message) ?? [];
  return { code, detail };
}

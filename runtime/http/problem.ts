/**
 * What every refused request gets: `application/problem+json` (RFC 9457), whatever refused it. The
 * title exists in English and Chinese, `errors` names each wrong field by JSON Pointer; what was wrong is told in
 * the language that the request asks for by `Accept-Language`.
 */
import { z } from 'zod';
import { type ErrorCode, type FieldError, isWeirError, pointerTo, WeirError } from '../errors.ts';
import { issueInChinese } from '../issue-words.ts';

interface ProblemFacts {
  readonly status: number;
  readonly en: string;
  readonly zh: string;
  /** When a client may try again; it is told with `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** The errors that a caller over HTTP can meet. Any other is a fault of ours. */
export const PROBLEMS = {
  REQUEST_INVALID: { status: 400, en: 'The request is not valid', zh: '请求无效' },
  SETTINGS_INVALID: { status: 400, en: 'The rule settings are not valid', zh: '规则设置无效' },
  UNAUTHENTICATED: { status: 401, en: 'A valid API key is needed', zh: '需要有效的 API 密钥' },
  FORBIDDEN: { status: 403, en: 'This key may not do that', zh: '该密钥无权执行此操作' },
  NOT_FOUND: { status: 404, en: 'Not found', zh: '未找到' },
  CONFLICT: { status: 409, en: 'It is not as this request takes it to be', zh: '与当前状态冲突' },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    en: 'The first request with this Idempotency-Key is still being answered',
    zh: '同一 Idempotency-Key 的请求仍在处理中',
    retryAfterSeconds: 1,
  },
  BODY_TOO_LARGE: { status: 413, en: 'The body is too large', zh: '请求体过大' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, en: 'The body must be JSON', zh: '请求体须为 JSON' },
  IDEMPOTENCY_REUSED: {
    status: 422,
    en: 'This Idempotency-Key was used with another body',
    zh: '该 Idempotency-Key 已用于不同的请求体',
  },
  EVENT_REFUSED: { status: 422, en: 'The event was refused', zh: '事件被拒收' },
  RATE_LIMITED: { status: 429, en: 'Too many requests', zh: '请求过于频繁', retryAfterSeconds: 1 },
  LOG_FULL: {
    status: 503,
    en: 'The disk is full; nothing was stored',
    zh: '磁盘已满，未存储任何内容',
    retryAfterSeconds: 30,
  },
  LOG_UNAVAILABLE: {
    status: 503,
    en: 'Kafka does not answer; send it again with the same ids',
    zh: 'Kafka 无响应，请以相同标识重发',
    retryAfterSeconds: 5,
  },
  LOG_CLOSED: { status: 503, en: 'Weir is stopping', zh: 'Weir 正在停止', retryAfterSeconds: 5 },
  SINK_UNAVAILABLE: { status: 503, en: 'ClickHouse does not answer', zh: 'ClickHouse 无响应', retryAfterSeconds: 5 },
} as const satisfies { readonly [code in ErrorCode]?: ProblemFacts };

export type ProblemCode = keyof typeof PROBLEMS;

const FAULT: ProblemFacts = { status: 500, en: 'A fault of Weir itself', zh: 'Weir 内部错误' };

export const problemBody = z
  .strictObject({
    type: z.string().describe('Names the kind of problem: `urn:weir:problem:` and the error code.'),
    title: z.string().describe('The kind of problem in English.'),
    titleZh: z.string().describe('The same in Chinese.'),
    status: z.int().describe('The HTTP status.'),
    detail: z
      .string()
      .describe('What was wrong here, and what was expected; in Chinese where `Accept-Language` asks for it.'),
    instance: z.string().describe('The request that it was about.'),
    errors: z
      .array(z.strictObject({ path: z.string().describe('JSON Pointer into the body.'), message: z.string() }))
      .describe('Each field that was wrong; empty where none is to blame.'),
  })
  .describe('A problem as RFC 9457 has it.');

export type Problem = z.infer<typeof problemBody>;

export const PROBLEM_TYPE = 'application/problem+json';

/** More than these are counted in `detail` and not listed. */
const ERRORS_MAX = 100;

export interface RenderedProblem {
  readonly code: ProblemCode | 'FAULT';
  readonly problem: Problem;
  readonly headers: { readonly [name: string]: string };
}

export type ProblemLanguage = 'en' | 'zh';

/** English, unless a request asks for Chinese before it. */
export function languageAskedFor(acceptLanguage: string | undefined): ProblemLanguage {
  const first = (acceptLanguage ?? '').split(',').find((one) => /^\s*(en|zh)\b/i.test(one));
  return first !== undefined && /^\s*zh/i.test(first) ? 'zh' : 'en';
}

export function renderProblem(error: unknown, instance: string, language: ProblemLanguage = 'en'): RenderedProblem {
  const known = asWeirError(error);
  const code = known !== null && known.code in PROBLEMS ? (known.code as ProblemCode) : 'FAULT';
  const facts: ProblemFacts = code === 'FAULT' ? FAULT : PROBLEMS[code];
  const fields = code === 'FAULT' || known === null ? [] : known.fields;
  return {
    code,
    problem: {
      type: `urn:weir:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: facts.en,
      titleZh: facts.zh,
      status: facts.status,
      detail: code === 'FAULT' || known === null ? SAYS_THE_LOG[language] : detailOf(known, language),
      instance,
      errors: fields
        .slice(0, ERRORS_MAX)
        .map(({ path, message, zh }) => ({ path, message: language === 'zh' ? (zh ?? message) : message })),
    },
    headers: { ...headersOf(code, facts), 'content-language': language },
  };
}

const SAYS_THE_LOG = { en: 'The log of the server says what happened.', zh: '详情见服务器日志。' } as const;

function detailOf({ message, zh, fields }: WeirError, language: ProblemLanguage): string {
  const count = fields.length;
  if (language === 'zh') {
    const detail = zh ?? message;
    return count > ERRORS_MAX ? `${detail}仅列出 ${count} 项中的前 ${ERRORS_MAX} 项。` : detail;
  }
  return count > ERRORS_MAX ? `${message} The first ${ERRORS_MAX} of ${count} are listed.` : message;
}

function headersOf(code: ProblemCode | 'FAULT', facts: ProblemFacts): { readonly [name: string]: string } {
  const headers: { [name: string]: string } = { 'content-type': PROBLEM_TYPE };
  if (facts.retryAfterSeconds !== undefined) headers['retry-after'] = String(facts.retryAfterSeconds);
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer realm="weir"';
  return headers;
}

/** Fastify refuses by codes of its own; they are told in ours. Null where it is none of a caller's making. */
function asWeirError(error: unknown): WeirError | null {
  if (isWeirError(error)) return error;
  if (!(error instanceof Error)) return null;
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined || statusCode >= 500) return null;
  if (statusCode === 415) {
    return new WeirError('MEDIA_TYPE_UNSUPPORTED', 'Send the body as content-type application/json.', {
      cause: error,
      zh: '请求体的 content-type 须为 application/json。',
    });
  }
  return new WeirError(CODE_OF_STATUS[statusCode] ?? 'REQUEST_INVALID', sentence(error.message), { cause: error });
}

const CODE_OF_STATUS: { readonly [status: number]: ProblemCode } = {
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  429: 'RATE_LIMITED',
};

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Field errors of a zod validation. `base` goes before each path: `/3` for the fourth of a list. */
export function fieldErrorsOf(error: z.core.$ZodError, base = ''): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = base + pointerTo(issue.path);
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message, zh: issueInChinese(issue) }];
    return issue.keys.map((key) => {
      return { path: path + pointerTo([key]), message: 'is not a known field', zh: '未知字段' };
    });
  });
}

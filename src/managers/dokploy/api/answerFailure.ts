import { DokployFailure, type DokployFailureKind } from './failure.ts';
import type { CallSite } from './transportFailure.ts';
import type { HttpResponse } from './types.ts';

export interface AnswerSite extends CallSite {
  /** Never repeated, even when the server does so. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch, for a Retry-After that is a date. */
  readonly now: number;
}

const maxSaid = 500;

/**
 * Why an answer is none. Shapes: `{message}` when the key was not taken; else `{message, code, data: {path}, issues?}` of
 * tRPC (recorded from 0.30.2). A 404 that names no thing and no `data.path` means that the procedure is unknown, not that a
 * thing is gone.
 */
export function answerFailure(answer: HttpResponse, site: AnswerSite): DokployFailure {
  const { status, headers, text } = answer;
  const body = bodyOf(answer);
  const fail = (kind: DokployFailureKind, what: string, hint?: string): DokployFailure =>
    new DokployFailure(kind, `Dokploy at ${site.host} ${what} (${site.call}).`, {
      call: site.call,
      host: site.host,
      status,
      hint,
      ...(kind === 'rate-limited' ? { retryAfterMs: retryAfterOf(headers['retry-after'], site.now) } : {}),
    });
  const said = masked(body?.message ?? '', site.secrets);
  const saying = said === '' ? '' : `: ${said}`;

  if (status >= 300 && status < 400) return fail('not-dokploy', `redirected to ${targetOf(headers)}`, addressHint);
  if (status === 429)
    return fail('rate-limited', `refuses more calls for now${saying}`, 'Wait a moment, then try again.');
  if (status >= 500) {
    if (containerMissing.test(said)) return fail('not-found', `has no container to read from${saying}`);
    return fail('server-error', `failed with ${String(status)}${saying}`, 'Look at Dokploy’s own log, then try again.');
  }
  // A page, of a proxy or of another program.
  if (body === undefined && text !== invalidJson)
    return fail('not-dokploy', `answered ${String(status)}, but not as Dokploy’s API does`, addressHint);
  if (status === 401 && body?.code === undefined) return fail('unauthorized', 'did not take the API key', keyHint);
  if (status === 401 || status === 403) {
    return fail(
      'forbidden',
      `does not allow it${saying}`,
      'Use a key of somebody who may, or ask an administrator of Dokploy.',
    );
  }
  if (status === 404) {
    if (body?.isProcedureKnown === true) return fail('not-found', `has no such thing${saying}`);
    return fail(
      'unknown-call',
      'does not know this call',
      'Devyard needs Dokploy 0.30. See the version of this server.',
    );
  }
  if (status === 409) return fail('conflict', `has something that is in the way${saying}`);
  const fields = body?.fields ?? [];
  const about = fields.length === 0 ? '' : ` in ${fields.map((field) => `“${field}”`).join(', ')}`;
  return fail('invalid', `does not accept what was sent${about}${masked(reasonOf(body, saying), site.secrets)}`);
}

export const addressHint =
  'Give the address at which Dokploy’s own page opens, without a path, and see what stands before it.';
const keyHint =
  'The key is wrong, was deleted, or has used up its limit: one made without options is limited to 10 requests a day. Make a key without a rate limit in Dokploy under Settings, Profile, API/CLI Keys.';

/** Dokploy's one refusal that is no JSON. */
const invalidJson = 'Invalid JSON';
/** Of a thing that is missing, Dokploy says which: “Application not found”. */
const unknownProcedure = 'Not found';
/** `getContainerLogs` of Dokploy throws this as it is, which makes a 500 of it. */
const containerMissing = /^No container or service found/;

interface Body {
  readonly message: string;
  readonly code: string | undefined;
  readonly isProcedureKnown: boolean;
  /** Names of the input that is wrong. */
  readonly fields: readonly string[];
  readonly reasons: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** Undefined for what is no JSON object with a message. */
function bodyOf({ text }: HttpResponse): Body | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { message, code, data, issues } = fieldsOf(value);
  if (typeof message !== 'string') return undefined;
  const listed = Array.isArray(issues) ? issues.map(fieldsOf) : [];
  const fields = listed.map(({ path }) => (Array.isArray(path) ? path.join('.') : '')).filter((name) => name !== '');
  return {
    message,
    code: typeof code === 'string' ? code : undefined,
    isProcedureKnown:
      typeof fieldsOf(data)['path'] === 'string' || (code === 'NOT_FOUND' && message !== unknownProcedure),
    fields: [...new Set(fields)].slice(0, 5),
    reasons: listed.map((issue) => issue['message']).filter((reason) => typeof reason === 'string'),
  };
}

const reasonOf = (body: Body | undefined, saying: string): string =>
  body?.reasons[0] === undefined ? saying : `: ${body.reasons[0]}`;

/** What a server said, on one line, cut, and without what nobody shall read. */
function masked(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length > 3) clean = clean.replaceAll(secret, '…');
  clean = clean.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return clean.length > maxSaid ? `${clean.slice(0, maxSaid)}…` : clean.replace(/\.$/, '');
}

/** Of a redirect: where to, without what may be secret in it. */
function targetOf(headers: HttpResponse['headers']): string {
  const { location = '' } = headers;
  if (location.startsWith('/')) return `its page ${location.replace(/[?#].*$/s, '').slice(0, 100)}`;
  return URL.canParse(location) ? new URL(location).origin : 'somewhere else';
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now; undefined for neither. */
export function retryAfterOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { DevyardError, messageOf, type DevyardErrorCode } from '../../managers/shared/errors.ts';

/** What a caller is told about a failure. `status` is the HTTP status, the rest is the body. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly field?: string | undefined;
  /** For our own log only: the thrown thing, when it is our fault. */
  readonly internal?: string;
}

const statusOf: Readonly<Record<DevyardErrorCode, number>> = {
  invalid: 422,
  'folder-missing': 422,
  'tool-missing': 422,
  'folder-denied': 422,
  'not-found': 404,
  'wrong-state': 409,
  conflict: 409,
  'port-taken': 409,
  'ports-exhausted': 409,
  busy: 409,
  cancelled: 409,
  'engine-missing': 503,
  'engine-too-old': 503,
  unavailable: 503,
  'store-corrupt': 503,
  'store-newer': 503,
  'disk-full': 507,
  'start-failed': 502,
  'install-failed': 502,
  'server-refused': 502,
  'too-large': 413,
  unauthorized: 401,
  forbidden: 403,
  internal: 500,
};

/** Fastify's own refusals, in Devyard's words. */
const frameworkFailures: Readonly<Record<string, Failure>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported-media-type',
    message: 'The body is not JSON.',
    hint: 'Send JSON with "Content-Type: application/json".',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'too-large',
    message: 'The body is larger than 1 MB.',
    hint: 'Send less than 1,048,576 bytes.',
  },
  FST_INVALID_MULTIPART_CONTENT_TYPE: {
    status: 415,
    code: 'unsupported-media-type',
    message: 'The body is no form.',
    hint: 'Send it as "multipart/form-data".',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    code: 'malformed',
    message: 'The body is not valid JSON, or has a key "__proto__" or "constructor".',
  },
  FST_ERR_BAD_URL: { status: 400, code: 'malformed', message: 'The path is not valid percent-encoding.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, code: 'malformed', message: 'A part of the path is too long.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'malformed',
    message: 'The body is not as long as its Content-Length says.',
  },
};

/** Turns whatever was thrown into the one answer it deserves. Nothing else in the API maps errors. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof DevyardError) {
    const { code, message, hint, field } = thrown;
    if (code === 'internal') return internalFailure(thrown);
    return { status: statusOf[code], code, message, hint, field };
  }
  if (hasZodFastifySchemaValidationErrors(thrown)) return schemaFailure(thrown);
  if (thrown instanceof SyntaxError && (thrown as { statusCode?: unknown }).statusCode === 400) {
    return { status: 400, code: 'malformed', message: `The body is not valid JSON: ${thrown.message}` };
  }
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  const framework = typeof code === 'string' ? frameworkFailures[code] : undefined;
  if (framework !== undefined) return framework;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'malformed', message: messageOf(thrown) };
  }
  return internalFailure(thrown);
}

/** The body of a failure: `error` is an object on native routes and text on the original's routes. */
export function failureBody(failure: Failure, path: string): object {
  const { code, message, hint, field } = failure;
  const details = { ...(hint === undefined ? {} : { hint }), ...(field === undefined ? {} : { field }) };
  return isLegacyPath(path) ? { error: message, code, ...details } : { error: { code, message, ...details } };
}

/** True for the paths that keep the body and error form of the original server. */
export function isLegacyPath(url: string): boolean {
  return /^\/(?:health|config|templates|servers|vscode|ws)(?:[/?]|$)/.test(url);
}

function internalFailure(thrown: unknown): Failure {
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    status: 500,
    code: 'internal',
    message: 'Devyard failed to do this because of a fault of its own.',
    hint: "See the daemon's log.",
    internal: causeOf(thrown) === undefined ? detail : `${detail}\ncaused by: ${messageOf(causeOf(thrown))}`,
  };
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}

interface SchemaIssue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Record<string, unknown>;
}

function schemaFailure(thrown: {
  readonly validation: readonly SchemaIssue[];
  readonly validationContext?: string | undefined;
}): Failure {
  const [issue] = thrown.validation;
  const path = (issue?.instancePath ?? '').split('/').filter((part) => part !== '');
  const keys = issue?.params['keys'];
  const unknownKey = issue?.keyword === 'unrecognized_keys' && Array.isArray(keys) ? String(keys[0]) : undefined;
  const field = [...path, ...(unknownKey === undefined ? [] : [unknownKey])].join('.');
  const place = places[thrown.validationContext ?? 'body'] ?? 'body';
  const more = thrown.validation.length - 1;
  const what = unknownKey === undefined ? (issue?.message ?? 'Invalid input') : 'There is no such field';
  return {
    status: 422,
    code: 'invalid',
    message: `${field === '' ? `The ${place}` : `"${field}" in the ${place}`} is wrong: ${what}${more > 0 ? ` (and ${more} more)` : ''}.`,
    hint: 'The shapes of all requests are in /openapi.json.',
    field: field === '' ? place : field,
  };
}

const places: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

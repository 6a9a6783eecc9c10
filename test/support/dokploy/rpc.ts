import { z } from 'zod';

const statuses = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INTERNAL_SERVER_ERROR: 500,
} as const;
type ErrorCode = keyof typeof statuses;

/** A failure as tRPC's OpenAPI face shows it. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
    this.status = statuses[code];
  }
}

export const notFound = (what: string): RpcError => new RpcError('NOT_FOUND', `${what} not found`);

export interface Procedure {
  readonly kind: 'query' | 'mutation';
  readonly input: z.ZodType;
  /** `key` is that of the request. Undefined answers with an empty body. */
  readonly run: (input: unknown, key: string) => unknown;
}
export type Procedures = Readonly<Record<string, Procedure>>;

function procedure<S extends z.ZodType>(
  kind: Procedure['kind'],
  input: S,
  run: (input: z.output<S>, key: string) => unknown,
): Procedure {
  return { kind, input, run: (value, key) => run(value as z.output<S>, key) };
}
export const query = <S extends z.ZodType>(input: S, run: (input: z.output<S>, key: string) => unknown): Procedure =>
  procedure('query', input, run);
export const mutation = <S extends z.ZodType>(input: S, run: (input: z.output<S>, key: string) => unknown): Procedure =>
  procedure('mutation', input, run);

/** The body of a failed call: recorded answers 12, 17, 20 and 24 have each of its forms. */
export function errorBody(error: unknown, path: string | undefined): { status: number; body: unknown } {
  if (error instanceof z.ZodError) {
    const data = { code: 'BAD_REQUEST', httpStatus: 400, path, zodError: z.flattenError(error) };
    return {
      status: 400,
      body: { message: 'Input validation failed', code: 'BAD_REQUEST', data, issues: error.issues },
    };
  }
  const { code, status, message } =
    error instanceof RpcError ? error : new RpcError('INTERNAL_SERVER_ERROR', String(error));
  return { status, body: { message, code, data: { code, httpStatus: status, path, zodError: null } } };
}

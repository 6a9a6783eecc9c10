import { DevyardError } from './errors.ts';

/** Runs a task whose errors name its own fields, and names them as the caller's input does. */
export async function withFieldNames<T>(names: Readonly<Record<string, string>>, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const name = error instanceof DevyardError ? names[error.field ?? ''] : undefined;
    if (!(error instanceof DevyardError) || name === undefined) throw error;
    const { code, message, hint, cause } = error;
    throw new DevyardError(code, message, { field: name, cause, ...(hint === undefined ? {} : { hint }) });
  }
}

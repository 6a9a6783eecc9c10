import type * as z from 'zod';

/** What one operation takes and gives. */
export interface Operation {
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly status: 200 | 201 | 202;
  readonly response: z.ZodType;
}

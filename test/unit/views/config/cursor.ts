/** A text with its cursor, which is written as `¦`. */
export interface Cursor {
  readonly lines: readonly string[];
  readonly line: number;
  readonly character: number;
}

export function cursorIn(text: string): Cursor {
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes('¦'));
  if (line < 0) throw new Error('No cursor in the text');
  return { lines: lines.map((one) => one.replace('¦', '')), line, character: lines[line]?.indexOf('¦') ?? 0 };
}

/** Unicode block elements, U+2581 to U+2588. */
const blocks = '▁▂▃▄▅▆▇█';

/**
 * A series in a line of text: at most `columns` characters, each the highest of its stretch of values, on a scale from
 * nothing to `top`.
 */
export function sparkline(values: readonly number[], { columns, top }: { columns: number; top: number }): string {
  const count = Math.min(columns, values.length);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const to = Math.floor(((index + 1) * values.length) / count);
    const highest = Math.max(...values.slice(from, to));
    const level = top > 0 ? Math.round((highest / top) * (blocks.length - 1)) : 0;
    return blocks.charAt(Math.min(Math.max(level, 0), blocks.length - 1));
  }).join('');
}

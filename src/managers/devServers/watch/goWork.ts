/**
 * The folders that a go.work file names with `use`, as they are written. The syntax is that of
 * https://go.dev/ref/mod#go-work-file: one to a line, or a block in parentheses; quotes where the path needs them.
 * A line that is not understood is passed over: the Go command will say what is wrong with it.
 */
export function parseGoWork(text: string): readonly string[] {
  const folders: string[] = [];
  let block: string | undefined;
  for (const line of text.split('\n')) {
    const [first, ...rest] = words(line);
    if (first === undefined) continue;
    if (block !== undefined) {
      if (first === ')') block = undefined;
      else if (block === 'use') folders.push(first);
    } else if (rest[0] === '(' || first.endsWith('(')) {
      block = first.replace(/\($/, '');
    } else if (first === 'use' && rest[0] !== undefined) {
      folders.push(rest[0]);
    }
  }
  return folders;
}

const word = /"((?:[^"\\]|\\.)*)"|`([^`]*)`|\/\/.*|([^\s"`]+)/g;

function words(line: string): readonly string[] {
  const found: string[] = [];
  for (const [whole, quoted, raw, bare] of line.matchAll(word)) {
    if (quoted !== undefined) found.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else if (raw !== undefined) found.push(raw);
    else if (bare === undefined || whole.startsWith('//')) break;
    else {
      // A comment may follow without a space.
      const comment = bare.indexOf('//');
      if (comment !== 0) found.push(comment < 0 ? bare : bare.slice(0, comment));
      if (comment >= 0) break;
    }
  }
  return found;
}

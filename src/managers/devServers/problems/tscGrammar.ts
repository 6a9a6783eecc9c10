import { continued, type Found, type Grammar, numberOf, severityOf } from './grammar.ts';

/**
 * The TypeScript compiler (recorded from TypeScript 7): `file(line,column): error TS1: text`, with `--pretty`
 * `file:line:column - error TS1: text`, and `error TS1: text` about the project. Chains of reasons follow indented, up to a
 * blank line; code and related places come after that and are left out.
 */
type State = Found | null;

const plain = /^(\S.*?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.+)$/;
const pretty = /^(\S.*?):(\d+):(\d+) - (error|warning) (TS\d+): (.+)$/;
const projectWide = /^(error|warning) (TS\d+): (.+)$/;

export const tscGrammar: Grammar<State> = {
  start: null,
  next: (open, line) => {
    if (open !== null && /^ {2}\s*\S/.test(line)) return { state: continued(open, line.trimEnd()), found: [] };
    return { state: begun(line), found: closed(open) };
  },
  end: closed,
};

function begun(line: string): State {
  const [, file, lineNumber, column, severity = '', code = '', message = ''] =
    plain.exec(line) ?? pretty.exec(line) ?? [];
  if (file !== undefined) {
    return {
      file,
      line: numberOf(lineNumber),
      column: numberOf(column),
      message: message.trim(),
      severity: severityOf(severity),
      code,
    };
  }
  const [, wideSeverity, wideCode = '', wideMessage = ''] = projectWide.exec(line) ?? [];
  if (wideSeverity === undefined) return null;
  return {
    file: '',
    line: 0,
    column: 0,
    message: wideMessage.trim(),
    severity: severityOf(wideSeverity),
    code: wideCode,
  };
}

function closed(open: State): readonly Found[] {
  return open === null ? [] : [open];
}

import { continued, type Found, type Grammar, numberOf } from './grammar.ts';

/**
 * What Go's build, vet, cgo and module code write (recorded from Go 1.26): `file:line[:column]: message`, continued by lines
 * that begin with a tab. Columns count bytes. Only names of source files count, because logs are full of `word:1: text`.
 */
interface Open {
  readonly found: Found;
  /** The first line alone is no problem: `package a/b` begins an import cycle, and other output. */
  readonly unproven: boolean;
}

type State = Open | null;

const placed =
  /^(?:vet: |go: )?((?:[A-Za-z]:)?[^\s:][^:]*\.(?:go|mod|work|sum|s|S|c|cc|cpp|cxx|h|hh|hpp|m|mm|y|l|rl|templ|tmpl|qtpl|proto)):(\d+)(?::(\d+))?: (.+)$/;
const moduleFile = /^go: (\S*go\.(?:mod|work)) (requires .+)$/;
const importChain = /^package \S+$/;
const placeless = [
  /^found packages .+ in ./,
  /^no Go files in ./,
  /^no required module provides package ./,
  /^runtime\.main_main·f: ./,
  /^stat .+: directory not found$/,
];

/** `go: ` also begins what is done; what follows those words is no problem, and only what sounds like one is. */
const moduleProgress =
  /^(?:downloading|extracting|finding|found|added|upgraded|downgraded|removed|creating|copying|errors parsing|to add)\b/;
const moduleTrouble =
  /@v[^\s:@]+: |\b(?:requires|needed|cannot|could not|failed|error|invalid|not found|no such|unknown|disabled|missing|mismatch|malformed|inconsistent|ambiguous|not using)\b/i;

export const goGrammar: Grammar<State> = {
  start: null,
  next: (open, line) => {
    if (open !== null && line.startsWith('\t')) {
      return { state: { found: continued(open.found, line.trim()), unproven: false }, found: [] };
    }
    return { state: begun(line), found: closed(open) };
  },
  end: closed,
};

function begun(line: string): State {
  const [, file = '', lineNumber, column, message = ''] = placed.exec(line) ?? [];
  if (file !== '') {
    return message === 'too many errors' ? null : proven(message, file, numberOf(lineNumber), numberOf(column));
  }
  const [, moduleName = '', requirement = ''] = moduleFile.exec(line) ?? [];
  if (moduleName !== '') return proven(requirement, moduleName);
  if (importChain.test(line)) return { found: problem(line), unproven: true };
  if (line.startsWith('go: ')) {
    const text = line.slice('go: '.length).trim();
    return !moduleProgress.test(text) && moduleTrouble.test(text) ? proven(text) : null;
  }
  return placeless.some((form) => form.test(line)) ? proven(line) : null;
}

function proven(message: string, file = '', line = 0, column = 0): Open {
  return { found: problem(message, file, line, column), unproven: false };
}

function problem(message: string, file = '', line = 0, column = 0): Found {
  return {
    file,
    line,
    column,
    message: message.trim(),
    severity: message.startsWith('warning: ') ? 'warning' : 'error',
  };
}

function closed(open: State): readonly Found[] {
  return open === null || open.unproven ? [] : [open.found];
}

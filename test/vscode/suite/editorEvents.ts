import * as vscode from 'vscode';

/** Waiting for what the editor itself does with dev servers: each resolves at an event, or rejects after a while. */

const patienceMs = 30_000;

export async function lenses(document: vscode.TextDocument): Promise<readonly vscode.CodeLens[]> {
  const all = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
  return all.filter(({ command }) => command === undefined || /^($|devyard\.)/.test(command.command));
}

/** The terminal of that name, as soon as there is one. */
export async function openTerminal(name: string): Promise<vscode.Terminal> {
  const find = (): vscode.Terminal | undefined => vscode.window.terminals.find((terminal) => terminal.name === name);
  const there = find();
  if (there !== undefined) return there;
  return await within(
    `the terminal ${name}`,
    new Promise((resolve) => {
      const end = vscode.window.onDidOpenTerminal((terminal) => {
        if (terminal.name !== name) return;
        end.dispose();
        resolve(terminal);
      });
    }),
  );
}

export async function diagnosticsOf(
  file: string,
  holds: (problems: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  const uri = vscode.Uri.file(file);
  const now = vscode.languages.getDiagnostics(uri);
  if (holds(now)) return now;
  return await within(
    `other problems of ${file}`,
    new Promise((resolve) => {
      const end = vscode.languages.onDidChangeDiagnostics(() => {
        const problems = vscode.languages.getDiagnostics(uri);
        if (!holds(problems)) return;
        end.dispose();
        resolve(problems);
      });
    }),
  );
}

export async function shownDocument(text: string): Promise<void> {
  const shown = (): boolean => vscode.window.activeTextEditor?.document.getText() === text;
  if (shown()) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!shown()) return;
      all.dispose();
      resolve();
    };
    const all = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(look),
      vscode.workspace.onDidChangeTextDocument(look),
    );
  });
}

/** Why the debugger stopped, once it has, and how it goes on. */
export async function stoppedOnce(): Promise<{ readonly reason: string; readonly goOn: () => Thenable<unknown> }> {
  return await message(({ event, body }, session) =>
    event === 'stopped' && body?.reason !== undefined
      ? { reason: body.reason, goOn: () => session.customRequest('continue', { threadId: body.threadId }) }
      : undefined,
  );
}

/** Resolves when a breakpoint was found in a script that runs. */
export async function breakpointBound(): Promise<unknown> {
  return await message((one) => {
    const all = one.body?.breakpoint === undefined ? (one.body?.breakpoints ?? []) : [one.body.breakpoint];
    return all.some(({ verified }) => verified === true) ? true : undefined;
  });
}

interface DebugMessage {
  readonly event?: string;
  readonly body?: {
    readonly reason?: string;
    readonly threadId?: number;
    readonly breakpoint?: { readonly verified?: boolean };
    readonly breakpoints?: readonly { readonly verified?: boolean }[];
  };
}

async function message<Result>(
  of: (message: DebugMessage, session: vscode.DebugSession) => Result | undefined,
): Promise<Result> {
  return await new Promise<Result>((resolve) => {
    const tracking = vscode.debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage: (one: DebugMessage) => {
          const found = of(one, session);
          if (found === undefined) return;
          tracking.dispose();
          resolve(found);
        },
      }),
    });
  });
}

export async function sessionEnded(): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = vscode.debug.onDidTerminateDebugSession(({ parentSession }) => {
      if (parentSession !== undefined) return;
      end.dispose();
      resolve();
    });
  });
}

export async function within<Result>(what: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not happen within ${String(patienceMs)} ms`)), patienceMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

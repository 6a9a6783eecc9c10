// Runs inside the extension host: activates the extensions that the opened folder's order.json names, in that order,
// and says on the console how long each took.
import { readFile } from 'node:fs/promises';
import Module from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

export interface Activation {
  readonly id: string;
  /** What another extension waits for: everything from asking for it to having it. */
  readonly totalMs: number;
  /** Reading, compiling and running the bundle. */
  readonly loadMs: number;
  /** The call of its `activate` itself, without the editor's own share. */
  readonly callMs: number;
}

interface Loader {
  _load: (request: string, ...rest: unknown[]) => unknown;
}

interface ExtensionModule {
  readonly activate: (...args: unknown[]) => unknown;
}

const quietAfterMs = 3000;

const loader = Module as unknown as Loader;

/** Times the next load of an extension's bundle and its `activate`, by standing between the host and the bundle. */
function listen(): { end(): { loadMs: number; callMs: number } } {
  const load = loader._load;
  const times = { loadMs: Number.NaN, callMs: Number.NaN };
  loader._load = function (this: unknown, request, ...rest) {
    if (!request.endsWith('/dist/extension.js')) return load.call(this, request, ...rest);
    const began = performance.now();
    const exports = load.call(this, request, ...rest) as ExtensionModule;
    times.loadMs = performance.now() - began;
    // A copy, because a bundle's exports cannot be replaced.
    return {
      ...exports,
      activate: (...args: unknown[]) => {
        const called = performance.now();
        const result = exports.activate(...args);
        times.callMs = performance.now() - called;
        return result;
      },
    };
  };
  return {
    end() {
      loader._load = load;
      return times;
    },
  };
}

async function activate(id: string): Promise<Activation> {
  const extension = vscode.extensions.getExtension(id);
  if (extension === undefined) throw new Error(`${id} is not there`);
  if (extension.isActive) throw new Error(`${id} was active before it was asked for`);
  const ear = listen();
  const began = performance.now();
  await extension.activate();
  const totalMs = performance.now() - began;
  return { id, totalMs, ...ear.end() };
}

export async function run(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const order = JSON.parse(await readFile(join(folder, 'order.json'), 'utf8')) as string[];
  // A window that has only just opened is busy with itself.
  await sleep(quietAfterMs);
  const activations: Activation[] = [];
  for (const id of order) activations.push(await activate(id));
  // oxlint-disable-next-line no-console -- The console is the way out of the extension host.
  console.log(`activations ${JSON.stringify(activations)}`);
}

import type { Browser } from 'playwright-core';
import type { Editor } from '../../test/support/editors.ts';
import type { Activation } from './suite.ts';

const patienceMs = 60_000;

/** One window, and so one extension host of its own, in which the suite activates what `folder`'s order.json says. */
export async function activateIn(
  editor: Editor,
  browser: Browser,
  parts: { readonly folder: string; readonly suite: string; readonly extension: string },
): Promise<readonly Activation[]> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const log: string[] = [];
    const result = new Promise<readonly Activation[]>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why}:\n${log.slice(-20).join('\n')}`));
      setTimeout(() => fail('no activation within a minute'), patienceMs).unref();
      page.on('crash', () => fail('the page crashed'));
      const take = (_type: string, args: unknown[]): void => {
        const message = args.map(String).join(' ');
        log.push(message);
        const json = /activations (\[.*\])/.exec(message)?.[1];
        if (json !== undefined) resolve(JSON.parse(json) as Activation[]);
      };
      void page
        .exposeFunction('codeAutomationLog', take)
        .then(() =>
          page.exposeFunction('codeAutomationExit', (code: number) => code !== 0 && fail(`exit code ${code}`)),
        )
        .then(() => page.goto(urlOf(editor, parts)))
        .catch(reject);
    });
    return await result;
  } finally {
    await context.close();
  }
}

function urlOf(
  { origin }: Editor,
  { folder, suite, extension }: { readonly folder: string; readonly suite: string; readonly extension: string },
): string {
  const remote = (path: string): string => `vscode-remote://${new URL(origin).host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(suite)],
  ];
  return `${origin}/?${new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString()}`;
}

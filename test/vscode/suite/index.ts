import * as activation from './activation.ts';
import * as codeServers from './codeServers.ts';
import * as devboxYaml from './devboxYaml.ts';
import * as devServers from './devServers.ts';
import * as devServersEditor from './devServersEditor.ts';
import * as dokploy from './dokploy.ts';
import * as dokployConnect from './dokployConnect.ts';

interface Suite {
  readonly tests: Record<string, () => Promise<void>>;
  /** Why none of them can run. */
  readonly skipped?: string | undefined;
}

const modules: Record<string, Suite> = {
  activation,
  codeServers,
  devServers,
  devboxYaml,
  devServersEditor,
  dokploy,
  dokployConnect,
};

/** Called by the editor inside its extension host: runs every test in order and reports each as a line. */
export async function run(): Promise<void> {
  let failed = 0;
  for (const [module, { tests, skipped }] of Object.entries(modules)) {
    for (const [name, test] of Object.entries(tests)) {
      if (skipped !== undefined) {
        report(`skip ${module}: ${name}: ${skipped}`);
        continue;
      }
      try {
        await test();
        report(`ok ${module}: ${name}`);
      } catch (error) {
        failed += 1;
        report(`not ok ${module}: ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  if (failed > 0) throw new Error(`${String(failed)} tests failed`);
}

function report(line: string): void {
  // oxlint-disable-next-line no-console -- The console is the way out of the extension host.
  console.log(line);
}

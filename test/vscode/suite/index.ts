import * as activation from './activation.ts';
import * as codeServers from './codeServers.ts';
import * as devboxYaml from './devboxYaml.ts';
import * as devServers from './devServers.ts';
import * as devServersEditor from './devServersEditor.ts';

const modules = { activation, codeServers, devServers, devboxYaml, devServersEditor };

/** Called by the editor inside its extension host: runs every test in order and reports each as a line. */
export async function run(): Promise<void> {
  let failed = 0;
  for (const [module, { tests }] of Object.entries(modules)) {
    for (const [name, test] of Object.entries(tests)) {
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

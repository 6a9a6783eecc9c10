import { win32 } from 'node:path';

/**
 * The JavaScript file that a `.cmd` shim runs, as npm, pnpm, Yarn and Corepack write them (npm's `cmd-shim`, and npm.cmd of
 * the Node.js installer); undefined for any other batch file. Since CVE-2024-27980 Node.js starts no batch file without a
 * shell, and a shell would read the arguments anew; so the shim is not run but done.
 */
export function scriptOfShim(shim: string, text: string): string | undefined {
  const relative = text
    .split(/\r?\n/)
    .map((line) => viaNode.exec(line)?.[1] ?? npmItself.exec(line)?.[1])
    .find((script) => script !== undefined);
  return relative === undefined ? undefined : win32.join(win32.dirname(shim), relative);
}

/** `"%_prog%"  "%dp0%\..\vite\bin\vite.js" %*`, and `node  "%~dp0\x.js" %*`. No options of node may be in between. */
const viaNode = /(?:^|["\s@])(?:%_prog%|%~?dp0%?\\node\.exe|node)"?\s+"%~?dp0%?\\([^"%]+\.[cm]?js)"\s+%\*\s*$/i;
const npmItself = /^\s*SET "NP[MX]_CLI_JS=%~dp0\\([^"%]+\.js)"\s*$/i;

import { installOf, nameOfFolder, type Preset } from './facts.ts';
import { type PackageFacts, runScript, runTool } from './packageFacts.ts';

const configFile = /^vite\.config\.[cm]?[jt]s$/;
const arguments_ = ['--port', '${port}', '--strictPort', '--host', '127.0.0.1'];

/** A page made with Vite. `--strictPort`: Vite would otherwise take another port than the one it is given. */
export const vite: Preset = {
  recognises: ({ entries, package: own }) =>
    own !== undefined && (own.dependencies.has('vite') || [...entries].some((name) => configFile.test(name))),
  fill(facts) {
    const { package: own } = facts;
    if (own === undefined) return { id: nameOfFolder(facts) };
    return {
      id: nameOfFolder(facts),
      install: installOf(own),
      processes: { web: { command: viteCommand(own), port: true, ready: [{ http: '/' }] } },
    };
  },
};

/** A script that is more than Vite would hand the port to somebody else, so Vite itself is run then. */
export function viteCommand(own: PackageFacts): readonly string[] {
  const script = ['dev', 'start', 'serve'].find((name) =>
    /^vite(?: (?:dev|serve))?(?: |$)(?!build|preview|.*[&|;])/.test(own.scripts.get(name) ?? ''),
  );
  if (script !== undefined) return runScript(own.manager, script, arguments_);
  return runTool(own.manager, 'vite', arguments_);
}

import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Files, portRange, writeProject } from './devYard.ts';

/** The libraries of this repository, for projects whose own would have to be downloaded. */
async function withModules(folder: string, files: Files): Promise<string> {
  await writeProject(folder, files);
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** A page made with Vite, without a devyard.yaml. */
export const viteProject = (folder: string): Promise<string> =>
  withModules(folder, {
    'package.json': JSON.stringify({
      name: 'page',
      private: true,
      type: 'module',
      scripts: { dev: 'vite' },
      devDependencies: { vite: '*' },
    }),
    'index.html': '<!doctype html><title>page</title><p id="app"></p><script type="module" src="/main.js"></script>',
    'main.js': "document.querySelector('#app').textContent = 'one';\nimport.meta.hot?.accept();\n",
    'vite.config.js': "export default { cacheDir: '.vite' };\n",
  });

/** A backend in TypeScript that esbuild bundles. */
export const typescriptProject = (folder: string): Promise<string> =>
  withModules(folder, {
    'devyard.yaml': `version: 1
projects:
  - id: api
    processes:
      server:
        dependsOn: [bundle]
        command: [node, out/server.mjs]
        port: { range: ${portRange()} }
        debug: node
    builds:
      bundle:
        command: [esbuild, src/server.ts, --bundle, --platform=node, --format=esm, "--outfile=\${out}"]
        out: out/next.mjs
        watch: { include: ["src/**"] }
        problems: [esbuild]
        deploy: [{ from: "\${out}", to: out/server.mjs }]
        reload: [{ restart: server }]
`,
    'src/server.ts': `import { createServer } from 'node:http';
import { greeting } from './greeting.ts';
createServer((_request, response) => response.end(greeting())).listen(Number(process.env['PORT']), '127.0.0.1');
`,
    'src/greeting.ts': "export const greeting = (): string => 'hello';\n",
  });

/** A backend in Go, with a module beside it that go.work names. */
export const goProject = (folder: string): Promise<string> =>
  writeProject(folder, {
    'devyard.yaml': `version: 1
projects:
  - id: backend
    root: app
    processes:
      server:
        dependsOn: [program]
        command: [./bin/server]
        port: { range: ${portRange()} }
    builds:
      program:
        command: [go, build, -o, "\${out}", .]
        watch: { include: ["**/*.go", "go.*"] }
        problems: [go]
        deploy: [{ from: "\${out}", to: bin/server }]
        reload: [{ restart: server }]
`,
    'app/go.work': 'go 1.21\n\nuse (\n\t.\n\t../words\n)\n',
    'app/go.mod': 'module example.com/app\n\ngo 1.21\n',
    'app/main.go': `package main

import (
	_ "embed"
	"fmt"
	"net/http"
	"os"

	"example.com/words"
)

//go:embed note.txt
var note string

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, words.Greeting, " ", note) })
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
`,
    'app/note.txt': 'note',
    'words/go.mod': 'module example.com/words\n\ngo 1.21\n',
    'words/words.go': 'package words\n\nconst Greeting = "hello"\n',
  });

/** An extension of VS Code, without a devyard.yaml. */
export const extensionProject = (folder: string): Promise<string> =>
  withModules(folder, {
    'package.json': JSON.stringify({
      name: 'sample-extension',
      private: true,
      engines: { vscode: '^1.101.0' },
      scripts: { compile: 'tsc -p .' },
      devDependencies: { typescript: '*' },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'commonjs',
        target: 'es2022',
        outDir: 'out',
        rootDir: 'src',
        strict: true,
        types: [],
        skipLibCheck: true,
      },
      include: ['src'],
    }),
    'src/extension.ts': "export function activate(): string {\n  return 'active';\n}\n",
  });

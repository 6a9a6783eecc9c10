import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevyardClient } from '../../src/api/client/client.ts';
import { addProject, type Files, startProject, writeProject } from '../../test/integration/daemon/devYard.ts';

/** One project in a folder of its own, running. Throws what keeps it from that. */
export async function running(client: DevyardClient, folder: string, files: Files): Promise<string> {
  const { id } = await added(client, folder, files);
  const project = await startProject(client, id);
  if (project.lastError !== undefined) throw new Error(`${project.pluginID}: ${project.lastError}`);
  return id;
}

export async function added(client: DevyardClient, folder: string, files: Files): Promise<{ readonly id: string }> {
  await writeProject(folder, files);
  return addProject(client, folder);
}

/** A devyard.yaml of one project; `parts` is what it consists of, in YAML. */
export const manifest = (id: string, parts: string): Files => ({
  'devyard.yaml': `version: 1\nprojects:\n  - id: ${id}\n${parts}`,
});

/** Files of 2 KB below `folder`, twenty in each of its folders, as a backend of some size has. Resolves their paths. */
export async function sources(folder: string, count: number): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let first = 0; first < count; first += 20) {
    const inner = join(folder, 'src', `package${String(first / 20)}`);
    await mkdir(inner, { recursive: true });
    const names = Array.from({ length: Math.min(20, count - first) }, (_, index) => join(inner, `file${index}.ts`));
    await Promise.all(names.map((path) => writeFile(path, sourceText(0))));
    paths.push(...names);
  }
  return paths;
}

/** Another text for each `version`. */
export const sourceText = (version: number): string =>
  `export const version = ${String(version)};\n${'// what it does, and why\n'.repeat(80)}`;

/** Wall clock in milliseconds with fractions, to compare with what `date +%s%N` says in another process. */
export const wallNow = (): number => performance.timeOrigin + performance.now();

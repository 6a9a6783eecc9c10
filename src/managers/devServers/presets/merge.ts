import type { ManifestProject } from '../manifest/schema.ts';

/**
 * What the manifest says, with what it does not say from the preset. A process or build that both name has the keys of both,
 * the manifest's first; where the manifest names some, the preset's others are left out, because a person who lists their
 * processes has said which there are.
 */
export function filledIn(said: ManifestProject, preset: ManifestProject): ManifestProject {
  const merged = { ...preset, ...said };
  const processes = parts(said.processes, preset.processes);
  const builds = parts(said.builds, preset.builds);
  const names = new Set([...Object.keys(processes ?? {}), ...Object.keys(builds ?? {})]);
  return {
    ...merged,
    ...(processes && { processes: withoutStrangers(processes, said.processes, names) }),
    ...(builds && { builds: withoutStrangers(builds, said.builds, names) }),
  };
}

type Parts<Part> = Readonly<Record<string, Part>>;

function parts<Part extends object>(
  said: Parts<Part> | undefined,
  preset: Parts<Part> | undefined,
): Parts<Part> | undefined {
  if (said === undefined) return preset;
  const entries = Object.entries(said).map(([name, part]) => [name, { ...preset?.[name], ...part }] as const);
  return Object.fromEntries(entries);
}

/** What the preset meant for parts that the manifest has not; what a person wrote stays, right or wrong. */
function withoutStrangers<Part extends Referring>(
  all: Parts<Part>,
  said: Parts<Part> | undefined,
  names: ReadonlySet<string>,
): Parts<Part> {
  const entries = Object.entries(all).map(([name, part]) => {
    const own = said?.[name];
    const { dependsOn, reload } = part;
    const known = dependsOn?.filter((other) => names.has(other));
    const steps = reload?.filter(({ restart }) => restart === undefined || names.has(restart));
    return [
      name,
      {
        ...part,
        ...(known === undefined || own?.dependsOn !== undefined ? {} : { dependsOn: known }),
        ...(steps === undefined || own?.reload !== undefined ? {} : { reload: steps }),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

interface Referring {
  readonly dependsOn?: readonly string[] | undefined;
  readonly reload?: readonly { readonly restart?: string | undefined }[] | undefined;
}

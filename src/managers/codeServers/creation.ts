import { join } from 'node:path';
import * as z from 'zod';
import { DevyardError } from '../shared/errors.ts';
import { requireFolder } from '../shared/files.ts';
import { type Catalog, outfitOf } from './catalog.ts';
import { slugOf } from './home.ts';
import type { CodeServerDefinition, CreateInput, WorkspaceOrigin } from './model.ts';
import { validAbsolutePath, validArguments, validEnvironment, validName } from './validate.ts';
import { resolveSource, workspacePlanSchema } from './workspacePlan.ts';

/** What is left to do for a code-server that was stored, as it is stored with the job. */
export const creationPlanSchema = z.object({
  workspace: workspacePlanSchema,
  /** The home of another server whose settings and extensions it begins with. */
  home: z.string().nullable(),
  /** Merged into its settings one after the other. */
  settings: z.array(z.record(z.string(), z.unknown())).readonly(),
  start: z.boolean(),
});
export type CreationPlan = z.infer<typeof creationPlanSchema>;

/** A code-server that was asked for, checked, and not made yet. */
export interface Wanted {
  readonly name: string;
  readonly port: number | undefined;
  readonly define: (id: string, port: number) => CodeServerDefinition;
  readonly plan: CreationPlan;
  readonly extensions: readonly string[];
}

interface Surroundings {
  readonly catalog: Catalog;
  readonly workspaces: string;
  readonly hostId: string;
  readonly now: number;
}

/** Checks everything that can be checked before anything is made. Throws `invalid`, `folder-missing`, `folder-denied`. */
export async function wantedOf(input: CreateInput, around: Surroundings): Promise<Wanted> {
  const name = validName(input.name);
  const args = validArguments(input.args ?? []);
  const env = validEnvironment(input.env ?? {});
  if (input.folder !== undefined && input.source !== undefined) {
    throw new DevyardError('invalid', 'Both a folder and a source are given.', {
      field: 'source',
      hint: 'Leave one of them out: a source fills a new folder.',
    });
  }
  if (input.folder !== undefined) await requireFolder(validAbsolutePath(input.folder, 'folder'), 'folder');
  const resolved = input.source === undefined ? undefined : await resolveSource(input.source, around.catalog);
  const extensionGroups = [...(resolved?.extensionGroups ?? []), ...(input.extensionGroups ?? [])];
  const outfit = await outfitOf({ ...input, extensionGroups }, around.catalog);
  const settings = [...outfit.settings, ...(input.settings === undefined ? [] : [input.settings])];
  return {
    name,
    port: input.port,
    extensions: outfit.extensions,
    plan: {
      workspace: resolved?.plan ?? { type: 'none' },
      home: null,
      settings: settings.filter((patch) => Object.keys(patch).length > 0),
      start: input.start === true,
    },
    define: (id, port) => ({
      id,
      name,
      folder: input.folder ?? ownFolder(around.workspaces, id, name),
      folderOwned: input.folder === undefined,
      port,
      createdAt: around.now,
      args,
      env,
      memoryLimitMb: input.memoryLimitMb ?? null,
      origin: originOf(input, resolved?.origin),
      // Filled by the job, as each is there.
      extensions: [],
      extensionGroups: outfit.extensionGroups,
      autoStart: input.autoStart ?? false,
      stopWhenIdleMinutes: input.stopWhenIdleMinutes ?? null,
      hostId: around.hostId,
    }),
  };
}

/** A folder that Devyard makes lies in one of the server's own, which deleting takes away whole. */
export function ownFolder(workspaces: string, id: string, name: string): string {
  return join(workspaces, id, slugOf(name));
}

/** Whether there is more to do than a moment's work. */
export function needsJob({ plan, extensions }: Wanted): boolean {
  return plan.workspace.type !== 'none' || plan.home !== null || plan.settings.length > 0 || extensions.length > 0;
}

function originOf(input: CreateInput, origin: WorkspaceOrigin | undefined): WorkspaceOrigin {
  return origin ?? { type: input.folder === undefined ? 'empty' : 'folder' };
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';
import { DevyardError } from '../shared/errors.ts';
import { parseBranch, parseGitUrl } from '../shared/git/gitUrl.ts';
import { type Catalog, templateNamed } from './catalog.ts';
import type { WorkspaceOrigin, WorkspaceSource } from './model.ts';
import { validAbsolutePath } from './validate.ts';

/** How a new folder is filled, as it is stored with the job. */
export const workspacePlanSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({
    type: z.literal('archive'),
    file: z.string(),
    name: z.string(),
    uploaded: z.boolean(),
    kinds: z.array(z.enum(['zip', 'tar.gz'])),
  }),
  z.object({ type: z.literal('git'), url: z.string(), branch: z.string().optional() }),
  z.object({ type: z.literal('copy'), folder: z.string() }),
]);
export type WorkspacePlan = z.infer<typeof workspacePlanSchema>;

export interface Resolved {
  readonly plan: WorkspacePlan;
  readonly origin: WorkspaceOrigin;
  /** Keys of the groups that belong to it. */
  readonly extensionGroups: readonly string[];
}

/** What a source means. Throws `invalid` before anything is made. */
export async function resolveSource(source: WorkspaceSource, { archiveKinds, templates }: Catalog): Promise<Resolved> {
  switch (source.type) {
    case 'archive': {
      const file = validAbsolutePath(source.path, 'source.path');
      const name = source.name ?? basename(file);
      await requireFile(file);
      const plan = {
        ...({ type: 'archive', file, name } as const),
        uploaded: source.uploaded === true,
        kinds: [...archiveKinds],
      };
      return { plan, origin: { type: 'archive', name }, extensionGroups: [] };
    }
    case 'git': {
      const { url } = parseGitUrl(source.url, 'source.url');
      const branch = source.branch === undefined ? {} : { branch: parseBranch(source.branch, 'source.branch') };
      const git = { type: 'git', url, ...branch } as const;
      return { plan: git, origin: git, extensionGroups: [] };
    }
    case 'template': {
      const { tab, name, url, extensionGroups } = templateNamed(templates, source);
      // A template may be no more than its extensions.
      const plan = url === '' ? ({ type: 'none' } as const) : ({ type: 'git', url } as const);
      return { plan, origin: { type: 'template', tab, name, url }, extensionGroups };
    }
  }
}

async function requireFile(file: string): Promise<void> {
  const entry = await stat(file).catch((error: unknown) => {
    throw new DevyardError('invalid', `The archive ${file} cannot be read.`, {
      field: 'source.path',
      hint: 'Check that it is there and may be read by you.',
      cause: error,
    });
  });
  if (entry.isFile()) return;
  throw new DevyardError('invalid', `${file} is no file.`, { field: 'source.path', hint: 'Choose an archive.' });
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { DevyardError, messageOf } from '../shared/errors.ts';
import { diskError } from '../shared/files.ts';
import type { JobRunner, JobWork } from '../shared/jobs/types.ts';
import type { CodeServerContext } from './context.ts';
import { type CreationPlan, creationPlanSchema } from './creation.ts';
import { requireEngine } from './engine/requireEngine.ts';
import { installExtension } from './extensions/install.ts';
import { makeHome } from './home.ts';
import { environmentOf } from './launchPlan.ts';
import type { ManagedServer } from './managedServer.ts';
import { copyFolder, eraseUpload, fillWorkspace } from './workspace.ts';
import { workspacePlanSchema } from './workspacePlan.ts';

export const jobKinds = {
  create: 'codeServer.create',
  install: 'codeServer.installExtensions',
  fill: 'codeServer.fillWorkspace',
} as const;

export const installPlanSchema = z.object({
  extensionGroups: z.array(z.string()).readonly(),
  settings: z.array(z.record(z.string(), z.unknown())).readonly(),
});
export type InstallPlan = z.infer<typeof installPlanSchema>;

export interface RunnerPorts {
  readonly context: CodeServerContext;
  /** Throws `not-found`. */
  readonly server: (id: string) => ManagedServer;
  /** Deletes a server whose creation failed; its jobs are left alone. */
  readonly discard: (id: string) => Promise<void>;
}

/** The long work of code-servers. Each runner may be run again after a kill at any moment. */
export function codeServerRunners({
  context,
  server: find,
  discard,
}: RunnerPorts): Readonly<Record<string, JobRunner>> {
  return {
    [jobKinds.create]: async (job, work) => {
      const plan = creationPlanSchema.parse(work.plan);
      const server = find(job.resourceId);
      try {
        if (server.record.state.status === 'creating') await furnish(context, server, plan, work);
      } catch (error) {
        // A server without its files helps nobody; the reason is in the job.
        if (!work.suspended()) await discard(job.resourceId);
        throw error;
      } finally {
        if (!work.suspended()) await eraseUpload(plan.workspace).catch(context.onProblem);
      }
      await dress(context, server, plan.settings, work);
      if (plan.start) await server.start();
    },

    [jobKinds.install]: async (job, work) => {
      const plan = installPlanSchema.parse(work.plan);
      const server = find(job.resourceId);
      await dress(context, server, plan.settings, work);
      await server.change((definition) => ({
        ...definition,
        extensionGroups: [...new Set([...definition.extensionGroups, ...plan.extensionGroups])],
      }));
    },

    [jobKinds.fill]: async (job, work) => {
      const plan = workspacePlanSchema.parse(work.plan);
      const server = find(job.resourceId);
      try {
        await server.whileStopped(() =>
          fillWorkspace(server.record.definition.folder, plan, noted(context, server, work)),
        );
      } finally {
        if (!work.suspended()) await eraseUpload(plan).catch(context.onProblem);
      }
    },
  };
}

/** Makes folder and data of a server that was stored first. */
async function furnish(
  context: CodeServerContext,
  server: ManagedServer,
  plan: CreationPlan,
  work: JobWork,
): Promise<void> {
  const { definition } = server.record;
  await makeHome(definition, server.paths);
  await fillWorkspace(definition.folder, plan.workspace, noted(context, server, work));
  if (plan.home !== null) await copyHome(plan.home, server, work);
  await server.finishCreation();
}

async function copyHome(home: string, { paths }: ManagedServer, { signal, step }: JobWork): Promise<void> {
  step('copying settings and extensions');
  for (const [from, into] of [
    [join(home, 'user-data', 'User'), join(paths.userData, 'User')],
    [join(home, 'extensions'), paths.extensions],
  ] as const) {
    await mkdir(into, { recursive: true }).catch((error: unknown) => {
      throw diskError(error, into);
    });
    await copyFolder(from, into, signal);
  }
}

/** Merges settings and installs extensions, one after the other; one that fails keeps no other from being tried. */
async function dress(
  context: CodeServerContext,
  server: ManagedServer,
  settings: readonly Readonly<Record<string, unknown>>[],
  work: JobWork,
): Promise<void> {
  if (settings.length > 0) await server.settings.merge(settings);
  const left = work.items.filter(({ status }) => status === 'waiting');
  if (left.length === 0) return;
  const engine = await requireEngine(context.engines);
  const before = work.items.length - left.length;
  for (const [index, { name }] of left.entries()) {
    work.signal.throwIfAborted();
    const place = `${String(before + index + 1)} of ${String(work.items.length)}`;
    work.step(`installing ${name} (${place})`, (before + index) / work.items.length);
    await work.item(name, 'running');
    try {
      const { id, version } = await installExtension({
        engine,
        extension: name,
        paths: server.paths,
        env: environmentOf(server.record.definition, context.env, context.settings().extensionGallery),
        signal: work.signal,
        onLine: (line) => server.log.append('system', line),
      });
      await server.change((definition) => ({
        ...definition,
        extensions: [...new Set([...definition.extensions, id])],
      }));
      await work.item(name, 'done', version);
    } catch (error) {
      work.signal.throwIfAborted();
      const reason = error instanceof DevyardError ? `${error.message} ${error.hint ?? ''}`.trim() : messageOf(error);
      server.log.append('system', `The extension ${name} could not be installed: ${reason}`);
      await work.item(name, 'failed', reason);
    }
  }
}

function noted(context: CodeServerContext, server: ManagedServer, { signal, step }: JobWork) {
  return {
    signal,
    step,
    env: context.env,
    onLine: (line: string): void => server.log.append('system', line),
  };
}

/** What a job does, for people. */
export function jobTitle(kind: keyof typeof jobKinds, name: string, count = 0): string {
  switch (kind) {
    case 'create':
      return `Create “${name}”`;
    case 'install':
      return count === 1 ? `Install an extension into “${name}”` : `Install ${String(count)} extensions into “${name}”`;
    case 'fill':
      return `Fill the folder of “${name}”`;
  }
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import { DevyardError } from '../../../managers/shared/errors.ts';
import { withFieldNames } from '../../../managers/shared/fieldNames.ts';
import { requireSuccess } from '../../../managers/shared/jobs/outcome.ts';
import { goneSignal } from '../routing.ts';
import { warningsOf } from './creation.ts';
import { knownId, type LegacyParts, schema } from './parts.ts';
import { legacyServer } from './shapes.ts';

const oneBody = z.object({ extension: z.string() });
const manyBody = z.object({ extensions: z.array(z.string()).min(1) });
const groupBody = z.object({ groupName: z.string() });

/** Extensions and settings of a code-server. These answer when the work is done; a client that goes away does not end it. */
export function registerExtensions(app: FastifyInstance, { codeServers, jobs, clock }: LegacyParts): void {
  const install = async (
    given: string,
    extensions: readonly string[],
    fieldNames: Readonly<Record<string, string>>,
    reply: FastifyReply,
  ): Promise<object> => {
    const id = knownId(given);
    const begun = await withFieldNames(fieldNames, () => codeServers.installExtensions(id, { extensions }));
    const job = await jobs.ended(begun.id, goneSignal(reply));
    requireSuccess(job);
    const failures = warningsOf(job);
    const done = job.items.filter(({ status }) => status === 'done').length;
    if (done === 0) {
      throw new DevyardError('install-failed', failures.join(' '), { hint: 'Read the log of the code-server.' });
    }
    const data = legacyServer(codeServers.get(id), clock.now());
    if (failures.length === 0) {
      return { status: 'success', message: `Installed ${extensions.join(', ')}`, data };
    }
    const message = `Installed ${String(done)} of ${String(job.items.length)}. ${failures.join(' ')}`;
    return { status: 'partial', message, data, errors: failures };
  };

  app.post<{ Params: { id: string } }>(
    '/servers/:id/install-extension',
    { schema: { ...schema('Install an extension'), body: oneBody } },
    (request, reply) => {
      const { extension } = request.body as z.output<typeof oneBody>;
      return install(request.params.id, [extension], { 'extensions.0': 'extension' }, reply);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/servers/:id/install-extensions',
    { schema: { ...schema('Install extensions'), body: manyBody } },
    (request, reply) => install(request.params.id, (request.body as z.output<typeof manyBody>).extensions, {}, reply),
  );

  app.post<{ Params: { id: string } }>(
    '/servers/:id/apply-group-settings',
    { schema: { ...schema("Merge an extension group's settings"), body: groupBody } },
    async (request) => {
      const id = knownId(request.params.id);
      const { groupName } = request.body as z.output<typeof groupBody>;
      const { changed } = await withFieldNames({ extensionGroup: 'groupName' }, () =>
        codeServers.applySettings(id, { extensionGroup: groupName }),
      );
      const message = changed.length === 0 ? 'All settings were there already' : `Set ${changed.join(', ')}`;
      return { status: 'success', message, data: legacyServer(codeServers.get(id), clock.now()) };
    },
  );
}

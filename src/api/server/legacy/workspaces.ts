import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { DevyardError } from '../../../managers/shared/errors.ts';
import { withFieldNames } from '../../../managers/shared/fieldNames.ts';
import { requireSuccess } from '../../../managers/shared/jobs/outcome.ts';
import { goneSignal } from '../routing.ts';
import { type Form, readForm, sourceOf } from './form.ts';
import { knownId, type LegacyParts, schema } from './parts.ts';
import { legacyServer } from './shapes.ts';

/** What this form calls the fields of the source. */
const fieldNames = { 'source.url': 'github_url', 'source.path': 'zip_file' };
const extensionsField = z.array(z.string());

/** The two routes that take a form; only in their scope is anything but JSON parsed. */
export async function registerWorkspaces(app: FastifyInstance, parts: LegacyParts): Promise<void> {
  const { codeServers, creation, jobs, uploads, clock } = parts;
  await app.register(async (scope) => {
    await scope.register(multipart);

    scope.post(
      '/servers/create-with-workspace',
      {
        schema: {
          ...schema('Create a code-server from an archive or a repository'),
          consumes: ['multipart/form-data'],
        },
      },
      async (request, reply) => {
        const form = await readForm(request, uploads);
        const input = await keepingNothing(form, async () => {
          const source = sourceOf(form);
          return {
            name: required(form, 'name'),
            extensions: extensionsOf(form),
            ...(source === undefined ? {} : { source }),
          };
        });
        const gone = goneSignal(reply);
        const created = withFieldNames(fieldNames, () => creation.create(input, gone));
        return reply.code(201).send(await keepingNothing(form, () => created, gone));
      },
    );

    scope.post<{ Params: { id: string } }>(
      '/servers/:id/clone-workspace',
      { schema: { ...schema('Fill the empty folder of a code-server'), consumes: ['multipart/form-data'] } },
      async (request, reply) => {
        const id = knownId(request.params.id);
        codeServers.get(id);
        const form = await readForm(request, uploads);
        const begun = await keepingNothing(form, async () => {
          const source = sourceOf(form);
          if (source === undefined) {
            throw new DevyardError('invalid', 'Neither an archive nor a repository is given.', {
              field: 'zip_file',
              hint: 'Send zip_file or github_url.',
            });
          }
          return withFieldNames(fieldNames, () => codeServers.fillWorkspace(id, source));
        });
        const job = await jobs.ended(begun.id, goneSignal(reply));
        await withFieldNames(fieldNames, async () => requireSuccess(job));
        const data = legacyServer(codeServers.get(id), clock.now());
        return { status: 'success', message: 'Workspace filled', data };
      },
    );
  });
}

/** An upload belongs to the job once there is one; until then a failure erases it. */
async function keepingNothing<T>({ upload }: Form, task: () => Promise<T>, gone?: AbortSignal): Promise<T> {
  try {
    return await task();
  } catch (error) {
    // Who only stopped waiting has a job that goes on with the file.
    if (upload !== undefined && gone?.aborted !== true) await rm(upload.path, { force: true });
    throw error;
  }
}

function required({ fields }: Form, field: string): string {
  const value = fields[field];
  if (value !== undefined) return value;
  throw new DevyardError('invalid', `The field “${field}” is missing.`, { field });
}

function extensionsOf({ fields }: Form): readonly string[] {
  const text = fields['extensions']?.trim() ?? '';
  if (text === '') return [];
  try {
    return extensionsField.parse(JSON.parse(text));
  } catch (error) {
    throw new DevyardError('invalid', 'The field “extensions” is no JSON list of texts.', {
      field: 'extensions',
      hint: 'Send, for example, ["ms-python.python"].',
      cause: error,
    });
  }
}

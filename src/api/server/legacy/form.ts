import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { WorkspaceSource } from '../../../managers/codeServers/model.ts';
import { DevyardError, errnoOf } from '../../../managers/shared/errors.ts';
import { diskError, makePrivateDir } from '../../../managers/shared/files.ts';
import type { UploadsPort } from '../deps.ts';

/** What a form held. Its file lies in a name of its own, whatever the client called it. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly upload: { readonly path: string; readonly name: string } | undefined;
}

const maxFields = 20;
const maxFieldBytes = 64 * 1024;
/** The boundaries and the other fields beside the file. */
const overheadBytes = maxFields * maxFieldBytes;

/**
 * Reads a form with at most one file, which is streamed to disk. Whatever is wrong leaves no file behind. Rejects
 * `too-large` with the limit, `invalid`, `disk-full`.
 */
export async function readForm(request: FastifyRequest, uploads: UploadsPort): Promise<Form> {
  const { maxBytes, types } = await uploads.limits();
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + overheadBytes) throw tooLarge(maxBytes);
  const fields: Record<string, string> = {};
  let upload: Form['upload'];
  try {
    const limits = { fileSize: maxBytes, files: 1, fields: maxFields, fieldSize: maxFieldBytes, parts: maxFields + 1 };
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') {
        if (part.valueTruncated)
          throw new DevyardError('too-large', 'It is longer than 64 KB.', { field: part.fieldname });
        fields[part.fieldname] = String(part.value);
        continue;
      }
      upload = { path: join(uploads.dir, `${randomUUID()}.upload`), name: archiveName(part, types) };
      await store(part, upload.path, maxBytes);
    }
    return { fields, upload };
  } catch (error) {
    if (upload !== undefined) await rm(upload.path, { force: true });
    throw formError(error, maxBytes);
  }
}

/** The source a form names: an archive or a repository, one of them. Throws `invalid`. */
export function sourceOf({ fields, upload }: Form): WorkspaceSource | undefined {
  const url = fields['github_url']?.trim() ?? '';
  if (upload !== undefined && url !== '') {
    throw new DevyardError('invalid', 'Both an archive and a repository are given.', {
      field: 'github_url',
      hint: 'Send zip_file or github_url, not both.',
    });
  }
  if (upload !== undefined) return { type: 'archive', path: upload.path, name: upload.name, uploaded: true };
  return url === '' ? undefined : { type: 'git', url };
}

async function store(part: MultipartFile, path: string, maxBytes: number): Promise<void> {
  await makePrivateDir(join(path, '..'));
  try {
    await pipeline(part.file, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    throw diskError(error, path);
  }
  if (part.file.truncated) throw tooLarge(maxBytes);
}

function archiveName({ fieldname, filename }: MultipartFile, types: readonly string[]): string {
  if (fieldname !== 'zip_file') {
    throw new DevyardError('invalid', `There is no file field “${fieldname}”.`, {
      field: fieldname,
      hint: 'Call it zip_file.',
    });
  }
  if (types.some((type) => filename.toLowerCase().endsWith(type))) return filename.replace(/^.*[/\\]/, '');
  throw new DevyardError('invalid', `“${filename}” is no archive of an accepted kind.`, {
    field: 'zip_file',
    hint: `Send one of: ${types.join(', ')}.`,
  });
}

function tooLarge(maxBytes: number): DevyardError {
  return new DevyardError('too-large', `The archive is larger than ${String(Math.round(maxBytes / 1_048_576))} MB.`, {
    field: 'zip_file',
    hint: 'Raise ui.workspace.max_upload_size_mb in devbox.yaml, or clone a repository instead.',
  });
}

/** What the form parser says, in Devyard's words. What the disk says, and faults of our own, stay as they are. */
function formError(error: unknown, maxBytes: number): unknown {
  if (error instanceof DevyardError || !(error instanceof Error)) return error;
  const code = errnoOf(error);
  switch (code) {
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge(maxBytes);
    case 'FST_FILES_LIMIT':
      return new DevyardError('invalid', 'More than one file was sent.', {
        field: 'zip_file',
        hint: 'Send one archive.',
      });
    case 'FST_FIELDS_LIMIT':
    case 'FST_PARTS_LIMIT':
      return new DevyardError('invalid', `The form has more than ${String(maxFields)} fields.`, { field: 'body' });
    case 'FST_PROTO_VIOLATION':
      return new DevyardError('invalid', 'The form has a field of a forbidden name.', { field: 'body' });
    case 'ECONNRESET':
      return new DevyardError('cancelled', 'The upload was broken off.');
    case undefined:
      // The parser's own errors have no code: no boundary, a part without an end, a header that is none.
      return new DevyardError('invalid', `The form cannot be read: ${error.message}.`, {
        field: 'body',
        hint: 'Send it as multipart/form-data with its boundary, whole.',
        cause: error,
      });
    default:
      return error;
  }
}

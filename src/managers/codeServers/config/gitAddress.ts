import * as z from 'zod';
import { DevyardError } from '../../shared/errors.ts';
import { parseGitUrl } from '../../shared/git/gitUrl.ts';

/**
 * What editors check while one types: the forms only, and never less than `parseGitUrl` takes. JSON Schema knows no flag
 * for upper case.
 */
const forms =
  /^$|^\s*(?:\/|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Ss][Hh]|[Ff][Ii][Ll][Ee]):\/\/.|(?![A-Za-z][A-Za-z0-9+.-]*:\/\/)[^\s/]+:.)/;

/** Empty, or what a clone takes (see `parseGitUrl`). Its issues are marked `unquoted`: the text may hold a secret. */
export const gitAddress = z
  .string()
  .superRefine((text, context) => {
    if (text === '') return;
    try {
      parseGitUrl(text, 'github_url');
    } catch (error) {
      if (!(error instanceof DevyardError)) throw error;
      const message = [error.message, error.hint].filter((sentence) => sentence !== undefined).join(' ');
      context.addIssue({ code: 'custom', message, params: { unquoted: true } });
    }
  })
  .meta({ pattern: forms.source });

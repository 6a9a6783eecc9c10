import type { Localizer } from '../../../shared/l10n.ts';

/** Domain, path, tag and digest, as the reference format of the Docker distribution project has them. */
const domain = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const component = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const reference = new RegExp(
  String.raw`^(?:${domain}/)?${component}(?:/${component})*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** What is wrong with the name of a Docker image while it is typed, or undefined. */
export function imageProblem(text: string, l10n: Localizer): string | undefined {
  const image = text.trim();
  if (image === '') return l10n.t('Enter the name of an image.');
  if (image.length > 500) return l10n.t('Use at most {0} characters.', 500);
  if (/^(?:docker|podman)\s+(?:pull|run)\b/.test(image)) return l10n.t('Only the name, without docker pull.');
  if (/\s/.test(image)) return l10n.t('Leave out blanks.');
  if (/^https?:\/\//i.test(image)) return l10n.t('Leave out http:// and https://.');
  if (reference.test(image)) return undefined;
  if (reference.test(image.toLowerCase())) return l10n.t('Use lower-case letters; only the tag may have others.');
  return l10n.t('A name looks like ubuntu:24.04 or registry.example.com/team/image:tag.');
}

/** The registry that an image's name says: `registry.example.com:5000`; undefined for Docker Hub. */
export function registryOf(image: string): string | undefined {
  const slash = image.indexOf('/');
  const first = slash === -1 ? '' : image.slice(0, slash);
  return first === 'localhost' || /[.:[]/.test(first) ? first : undefined;
}

/** A registry's address: a host, with a port where it needs one. Empty means Docker Hub. */
export function registryProblem(text: string, l10n: Localizer): string | undefined {
  const url = text.trim();
  if (url === '' || new RegExp(`^(?:https?://)?${domain}(?:/[\\w./-]*)?$`).test(url)) return undefined;
  return l10n.t('Enter a host such as registry.example.com; leave it empty for Docker Hub.');
}

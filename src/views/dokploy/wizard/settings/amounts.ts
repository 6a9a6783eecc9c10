import type { Localizer } from '../../../shared/l10n.ts';

/*
 * Processors and memory as people write them. What is wrong with an answer is said while it is typed; empty means no limit.
 */

const mostCpus = 1024;
/** MiB: what Docker needs at least, and what the daemon takes at most. */
const leastMemory = 16;
const mostMemory = 16_777_216;
const mibOf: Readonly<Record<string, number>> = { m: 1, g: 1024, t: 1024 * 1024 };

/** `2`, `1.5` or `0,5`; null for no limit, undefined for what is none of these. */
export function parseCpus(text: string): number | null | undefined {
  const value = text.trim().replace(',', '.');
  if (value === '') return null;
  const cpus = /^\d{1,4}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  return cpus > 0 && cpus <= mostCpus ? cpus : undefined;
}

export function cpusProblem(text: string, l10n: Localizer): string | undefined {
  return parseCpus(text) === undefined
    ? l10n.t('Enter a number of processors above 0, such as 2 or 0.5; at most {0}.', mostCpus)
    : undefined;
}

/** `512 MB`, `2g`, `1.5 GiB`, in MiB; null for no limit, undefined for what is none of these. */
export function parseMemory(text: string): number | null | undefined {
  const value = text.trim().replace(',', '.').toLowerCase();
  if (value === '') return null;
  const [, number = '', unit = ''] = /^(\d{1,8}(?:\.\d{1,3})?)\s*([mgt])(?:i?b)?$/.exec(value) ?? [];
  const memory = Math.round(Number(number) * (mibOf[unit] ?? Number.NaN));
  return memory >= leastMemory && memory <= mostMemory ? memory : undefined;
}

export function memoryProblem(text: string, l10n: Localizer): string | undefined {
  if (/^\s*\d+\s*$/.test(text)) return l10n.t('Say the unit: {0} MB or {0} GB.', text.trim());
  return parseMemory(text) === undefined
    ? l10n.t('Enter an amount such as 512 MB or 2 GB; at least 16 MB.')
    : undefined;
}

/** `512 MB`, `1.5 GB`: 1024-based, and read back by `parseMemory` as the same amount. */
export function memoryText(memoryMb: number): string {
  const gb = memoryMb / 1024;
  return gb >= 1 && Number.isInteger(gb * 4) ? `${String(gb)} GB` : `${String(memoryMb)} MB`;
}

/** `2 processors, 4 GB of memory`. */
export function resourcesText(cpus: number | null, memoryMb: number | null, l10n: Localizer): string {
  if (cpus === null && memoryMb === null) return l10n.t('no limit');
  const processors =
    cpus === null
      ? l10n.t('all processors')
      : cpus === 1
        ? l10n.t('1 processor')
        : l10n.t('{0} processors', String(cpus));
  const memory = memoryMb === null ? l10n.t('no limit of memory') : l10n.t('{0} of memory', memoryText(memoryMb));
  return `${processors}, ${memory}`;
}

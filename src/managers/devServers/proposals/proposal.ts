import { basename } from 'node:path';
import type * as z from 'zod';
import { buildSchema } from '../manifest/buildSchema.ts';
import { processSchema } from '../manifest/processSchema.ts';
import type { ManifestBuild, ManifestProcess, ManifestProject } from '../manifest/schema.ts';
import { manifestText } from '../manifest/text.ts';
import { nameFrom } from '../presets/facts.ts';

/** A devyard.yaml that somebody may accept, made from what another tool reads. Nothing of it was run. */
export interface Proposal {
  /** The file it was made from, relative to the folder. */
  readonly source: string;
  readonly text: string;
  /** What was left out or changed, and why; a sentence each. */
  readonly notes: readonly string[];
}

/** A file of thousands of tasks is no file for people; what comes after these is left out, and said. */
const maxParts = 50;
const maxNotes = 50;

/** Gathers the parts of a proposal under names that manifests allow, each its own. */
export class Draft {
  readonly #source: string;
  readonly #processes = new Map<string, ManifestProcess>();
  readonly #builds = new Map<string, ManifestBuild>();
  readonly #notes: string[] = [];
  #left = 0;

  constructor(source: string) {
    this.#source = source;
  }

  process(title: string, part: ManifestProcess): void {
    const name = this.#nameFor(title, fits(processSchema, part));
    if (name !== undefined) this.#processes.set(name, part);
  }

  build(title: string, part: ManifestBuild): void {
    const name = this.#nameFor(title, fits(buildSchema, part));
    if (name !== undefined) this.#builds.set(name, part);
  }

  /** A sentence about something that is not as it was in the source. */
  note(text: string): void {
    if (this.#notes.length < maxNotes) this.#notes.push(text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' '));
  }

  leaveOut(title: string, reason: string): void {
    this.note(`“${short(title)}” is left out: it ${reason}.`);
  }

  /** undefined: there is nothing to propose. */
  proposal(folder: string, install?: ManifestProject['install']): Proposal | undefined {
    if (this.#processes.size + this.#builds.size === 0) return undefined;
    if (this.#left > 0)
      this.note(`${String(this.#left)} more are left out: a proposal has at most ${String(maxParts)} parts.`);
    const project: ManifestProject = {
      id: nameFrom(basename(folder)),
      ...(install === undefined ? {} : { install }),
      ...(this.#processes.size === 0 ? {} : { processes: Object.fromEntries(this.#processes) }),
      ...(this.#builds.size === 0 ? {} : { builds: Object.fromEntries(this.#builds) }),
    };
    const comments = [`Proposed from ${this.#source}; nothing was run to find this out.`, ...this.#notes];
    return { source: this.#source, text: manifestText([project], comments), notes: this.#notes };
  }

  #nameFor(title: string, fits: boolean): string | undefined {
    if (!fits) {
      this.leaveOut(title, 'is longer than a manifest allows, or holds characters that no command can');
      return undefined;
    }
    if (this.#processes.size + this.#builds.size >= maxParts) {
      this.#left += 1;
      return undefined;
    }
    const wanted = nameFrom(title, 'task');
    let name = wanted;
    for (let count = 2; this.#processes.has(name) || this.#builds.has(name); count += 1) {
      name = `${wanted.slice(0, 60)}-${String(count)}`;
    }
    return name;
  }
}

/** The schema does not see a key that means something else to JavaScript; a manifest refuses it. */
function fits(schema: z.ZodType, part: ManifestProcess | ManifestBuild): boolean {
  return !Object.hasOwn(part.env ?? {}, '__proto__') && schema.safeParse(part).success;
}

const short = (title: string): string => (title.length > 60 ? `${title.slice(0, 59)}…` : title);

import { dirname, isAbsolute, resolve } from 'node:path';
import { dotted, type Finding } from '../../shared/yaml/issueText.ts';
import type { NodePath } from '../../shared/yaml/nodeValue.ts';
import type { Command, Environment } from '../plan.ts';
import { durationOf } from './durations.ts';
import { leadsOut, type RealPath, withHome } from './paths.ts';
import { expand, type PortScope, type Scope } from './placeholders.ts';
import type { ManifestEnvironment } from './schema.ts';

export interface PlannerContext {
  /** Absolute folder of the manifest, which nothing that is run or read may leave. */
  readonly folder: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Turns the words of one project into those of its plan, and keeps what is wrong with them. */
export class Planner {
  readonly findings: Finding[] = [];
  readonly #context: PlannerContext;
  readonly #values: Scope['values'];
  /** Paths that must not leave the folder; whether they do is asked of the disk in the end. */
  readonly #inside: { readonly path: string; readonly at: NodePath }[];

  constructor(context: PlannerContext, values: Scope['values'] = {}, shared?: Planner) {
    this.#context = context;
    this.#values = values;
    this.#inside = shared === undefined ? [] : shared.#inside;
    if (shared !== undefined) this.findings = shared.findings;
  }

  /** The same, where more placeholders mean something. */
  with(values: Scope['values']): Planner {
    return new Planner(this.#context, { ...this.#values, ...values }, this);
  }

  /** `message` continues “KEY …”. */
  report(at: NodePath, message: string, ofKey = false): void {
    this.findings.push({ path: at, ofKey, message: `“${dotted(at)}” ${message}` });
  }

  text(at: NodePath, given: string, ports: PortScope | null, quote?: (value: string) => string): string {
    const { text, faults } = expand(given, { values: this.#values, env: this.#context.env, ports }, quote);
    for (const fault of faults) this.report(at, fault);
    return text;
  }

  command(at: NodePath, given: readonly string[] | undefined, ports: PortScope): Command {
    if (given === undefined) {
      this.report(at, 'is missing. Write the program and its arguments as a list, as in [pnpm, run, dev].', true);
      return [''];
    }
    const [program = '', ...args] = given.map((part, index) => this.text([...at, index], part, ports));
    return [program, ...args];
  }

  environment(at: NodePath, given: ManifestEnvironment | undefined, ports: PortScope): Environment {
    const entries = Object.entries(given ?? {}).map(([name, value]) => [
      name,
      this.text([...at, name], String(value), ports),
    ]);
    return Object.fromEntries(entries) as Environment;
  }

  /** The folder something runs in: the project's own where none is given. */
  cwd(at: NodePath, given: string | undefined, root: string): string {
    return given === undefined ? root : this.inside([...at, 'cwd'], given, root);
  }

  /** An absolute, normalised path in the manifest's folder. */
  inside(at: NodePath, given: string, base: string): string {
    const path = resolve(base, this.#named(at, given));
    this.#inside.push({ path, at });
    return path;
  }

  /** A path in the manifest's folder that is only looked for, so that it may itself be a link that leads anywhere. */
  sought(at: NodePath, given: string, base: string): string {
    const path = resolve(base, this.#named(at, given));
    this.#inside.push({ path: dirname(path), at });
    return path;
  }

  /** A place that may be anywhere when it is named in full; a relative one must stay inside. */
  anywhere(at: NodePath, given: string, base: string): string {
    const named = this.#named(at, given);
    const path = resolve(base, named);
    if (!isAbsolute(named)) this.#inside.push({ path, at });
    return path;
  }

  /** Milliseconds. What is given was checked by the schema. */
  duration(given: string | undefined, otherwise: number): number {
    return (given === undefined ? undefined : durationOf(given)) ?? otherwise;
  }

  /** Reports what leaves the folder once links are followed. */
  async checkInside(realpath: RealPath): Promise<void> {
    const known = new Map<string, string | undefined>();
    for (const { path, at } of this.#inside) {
      // The same folder is named again and again; the disk is asked once.
      if (!known.has(path)) known.set(path, await leadsOut(this.#context.folder, path, realpath));
      const how = known.get(path);
      if (how === 'words') this.report(at, 'leads out of the folder of the manifest. Name something inside of it.');
      else if (how === 'link') {
        this.report(
          at,
          'leads out of the folder of the manifest through a link. Replace the link by what it leads to.',
        );
      }
    }
  }

  #named(at: NodePath, given: string): string {
    return this.text(at, withHome(given, this.#context.home), null);
  }
}

import type { LaunchOptions } from '../api/client/launch.ts';
import { DaemonLink } from './daemonLink.ts';
import type { globalOptions, OptionName, OptionValues } from './options/definitions.ts';

/**
 * Options as a command takes them: a name by itself, or a choice of which at most one may be given. A choice with
 * companions (`['git', 'branch']`) is its first name; the others go with that one only.
 */
export type Synopsis = readonly (OptionName | readonly (OptionName | readonly OptionName[])[])[];
type NamesIn<S> = S extends OptionName ? S : S extends readonly (infer Element)[] ? NamesIn<Element> : never;
type Global = (typeof globalOptions)[number];

/** `NAME` must be given, `[NAME]` may be, `[NAME…]` takes all that is left. */
type OperandValues<Operands extends readonly string[]> = {
  readonly [Index in keyof Operands]: Operands[Index] extends `[${string}…]`
    ? readonly string[]
    : Operands[Index] extends `[${string}]`
      ? string | undefined
      : string;
};

export interface Call<Names extends OptionName, Operands> {
  readonly operands: Operands;
  readonly options: Pick<OptionValues, Names | Global>;
  readonly surroundings: LaunchOptions;
}

export type AnyCall = Call<OptionName, readonly (string | undefined | readonly string[])[]>;

/** One command. Parser, usage and tests read the same lines. */
export interface Command {
  readonly words: readonly [string, ...string[]];
  readonly operands: readonly string[];
  readonly summary: string;
  /** Options that may be given. */
  readonly options: Synopsis;
  /** Options, or choices of them, one of which must be given. */
  readonly required: Synopsis;
  /** Further sentences for the command's own help. */
  readonly notes: readonly string[];
  /** Resolves with the exit code. */
  readonly run: (call: AnyCall) => Promise<number>;
}

interface Spec<Operands extends readonly string[], Options extends Synopsis, Required extends Synopsis> {
  readonly words: Command['words'];
  readonly operands?: Operands;
  readonly summary: string;
  readonly options?: Options;
  readonly required?: Required;
  readonly notes?: readonly string[];
}

type CallOf<Operands extends readonly string[], Options extends Synopsis, Required extends Synopsis> = Call<
  NamesIn<Options> | NamesIn<Required>,
  OperandValues<Operands>
>;

/** A command that needs no daemon, or finds one by itself. */
export function command<
  const Operands extends readonly string[] = [],
  const Options extends Synopsis = [],
  const Required extends Synopsis = [],
>(
  spec: Spec<Operands, Options, Required> & {
    readonly run: (call: CallOf<Operands, Options, Required>) => Promise<number> | number;
  },
): Command {
  const { words, summary, operands = [], options = [], required = [], notes = [], run } = spec;
  return {
    words,
    summary,
    operands,
    options,
    required,
    notes,
    // The parser gives as many operands as `operands` says, each as its notation says.
    run: async (call) => run(call as unknown as CallOf<Operands, Options, Required>),
  };
}

/** A command that talks to the daemon, which is started when there is none. */
export function daemonCommand<
  const Operands extends readonly string[] = [],
  const Options extends Synopsis = [],
  const Required extends Synopsis = [],
>({
  run,
  ...spec
}: Spec<Operands, Options, Required> & {
  readonly run: (daemon: DaemonLink, call: CallOf<Operands, Options, Required>) => Promise<number>;
}): Command {
  return command<Operands, Options, Required>({
    ...spec,
    async run(call) {
      const daemon = await DaemonLink.open(call.surroundings);
      try {
        return await run(daemon, call);
      } finally {
        daemon.close();
      }
    },
  });
}

import { checkConfigText, type ConfigProblem } from '../../shared/yaml/configProblem.ts';
import { givenPaths, type ValueRules } from '../../shared/yaml/nodeValue.ts';
import { configOf, type DevboxConfig } from './model.ts';
import { checkReferences } from './references.ts';
import { devboxFileSchema } from './schema.ts';

export interface GoodConfig {
  readonly ok: true;
  readonly config: DevboxConfig;
  /** Dotted keys that the file really gives, as in `server.code_server_port_range.start`; the rest are defaults. */
  readonly given: ReadonlySet<string>;
}

export interface BadConfig {
  readonly ok: false;
  readonly problems: readonly ConfigProblem[];
}

export type ParsedConfig = GoodConfig | BadConfig;

const rules: ValueRules = { free: new Set(['user_settings']), named: new Set(['extension_groups']) };

/** What holds where there is no file. */
export const builtInConfig: GoodConfig = goodConfig({});

/** Reads the text of a devbox.yaml. Never throws: all that is wrong is in `problems`, in the order of the text. */
export function parseDevboxYaml(written: string): ParsedConfig {
  const checked = checkConfigText(written, { schema: devboxFileSchema, rules, check: checkReferences });
  return checked.ok ? goodConfig(checked.value) : checked;
}

function goodConfig(value: unknown): GoodConfig {
  return { ok: true, config: configOf(devboxFileSchema.parse(value)), given: new Set(givenPaths(value, rules)) };
}

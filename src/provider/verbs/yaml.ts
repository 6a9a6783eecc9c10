import { print, type RunVerb } from '../call.ts';
import { wrong } from '../readers.ts';
import { providerYaml } from '../yaml.ts';

/** Prints provider.yaml: by itself it names this installation's own files, so that it works without any PATH. */
export const yaml: RunVerb = async (call) => {
  const [option, ...more] = call.rest;
  if (more.length > 0 || (option !== undefined && option !== '--portable')) {
    throw wrong(JSON.stringify(call.rest.at(-1)), 'is nothing that “provider yaml” takes', 'It takes --portable.');
  }
  print(call, providerYaml(call.version, option === undefined ? call.self : undefined).trimEnd());
  return 0;
};

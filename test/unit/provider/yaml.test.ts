import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { machineTypes, type OptionName, optionTable } from '../../../src/provider/optionTable.ts';
import { providerYaml, verbs } from '../../../src/provider/yaml.ts';

const root = resolve(import.meta.dirname, '../../..');

interface Provider {
  readonly name: string;
  readonly version: string;
  readonly optionGroups: readonly { name: string; defaultVisible: boolean; options: readonly string[] }[];
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly agent: Readonly<Record<string, unknown>> & { readonly exec: { readonly shutdown: string } };
  readonly exec: Readonly<Record<string, string | readonly string[]>>;
}

/** Keys that DevPod knows, at every place; it refuses a file with another one (pkg/provider/parse.go). */
const known = {
  top: ['name', 'version', 'description', 'icon', 'home', 'optionGroups', 'options', 'agent', 'exec', 'binaries'],
  option: ['description', 'default', 'required', 'password', 'enum'],
  group: ['name', 'defaultVisible', 'options'],
  agent: ['path', 'dataPath', 'driver', 'inactivityTimeout', 'injectGitCredentials', 'injectDockerCredentials', 'exec'],
};

const shipped = async (): Promise<{ text: string; provider: Provider }> => {
  const text = await readFile(resolve(root, 'provider.yaml'), 'utf8');
  return { text, provider: load(text) as Provider };
};

describe('provider.yaml', () => {
  it('is what this version makes; renew it with: node dist/provider.js yaml --portable > provider.yaml', async () => {
    const { version } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as { version: string };
    expect((await shipped()).text).toBe(providerYaml(version, undefined));
  });

  it('has nothing that DevPod does not know', async () => {
    const { provider } = await shipped();
    expect(Object.keys(provider).filter((key) => !known.top.includes(key))).toEqual([]);
    expect(Object.keys(provider.agent).filter((key) => !known.agent.includes(key))).toEqual([]);
    for (const group of provider.optionGroups) expect(Object.keys(group).toSorted()).toEqual(known.group.toSorted());
    for (const option of Object.values(provider.options)) {
      expect(Object.keys(option).filter((key) => !known.option.includes(key))).toEqual([]);
    }
  });

  it('keeps to the forms that DevPod asks for', async () => {
    const { provider } = await shipped();
    expect(provider.name).toMatch(/^[a-z0-9-]{1,32}$/);
    expect(provider.version).toMatch(/^v\d+\.\d+\.\d+$/);
    for (const name of Object.keys(provider.options)) expect(name).toMatch(/^[A-Z0-9_]+$/);
    const grouped = provider.optionGroups.flatMap(({ options }) => options);
    expect(new Set(grouped).size).toBe(grouped.length);
    expect(grouped.toSorted()).toEqual(Object.keys(provider.options).toSorted());
    for (const { name } of provider.optionGroups) expect(name).not.toBe('');
  });

  it('has each option of the table as the table has it, and no other', async () => {
    const { provider } = await shipped();
    expect(provider.options).toEqual(optionTable);
    for (const { default: otherwise, enum: values, required } of Object.values(optionTable)) {
      // DevPod drops a default that is none of the values, and asks for a required option that has none.
      if (values !== undefined) expect(values).toContain(otherwise);
      if (required === true) expect(otherwise).toBeUndefined();
    }
    expect(optionTable.MACHINE_TYPE.enum).toEqual(Object.keys(machineTypes));
  });

  it('hides what is secret', () => {
    const secret = (Object.keys(optionTable) as OptionName[]).filter((name) => /TOKEN|PASSWORD/.test(name));
    expect(secret.length).toBeGreaterThan(1);
    for (const name of secret) expect(optionTable[name].password).toBe(true);
  });

  it('only lets the agent use options that there are', async () => {
    const { provider } = await shipped();
    const used = [...JSON.stringify(provider.agent).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(3);
    for (const name of used) expect(Object.keys(provider.options)).toContain(name);
  });

  it('stops the machine by itself when nobody is connected', async () => {
    expect((await shipped()).provider.agent.exec.shutdown).not.toBe('');
  });

  it('has a line for everything that a machine provider must do, and lets a variable say which program', async () => {
    const { provider } = await shipped();
    expect(Object.keys(provider.exec)).toEqual(['init', 'create', 'delete', 'start', 'stop', 'status', 'command']);
    const { init, ...others } = Object.fromEntries(
      verbs.map((verb) => [verb, `exec "\${DEVYARD_PROVIDER:-devyard}" provider ${verb}`]),
    );
    expect(provider.exec).toEqual({
      ...others,
      init: expect.stringMatching(/^command -v "[^;]+; exit 127; \}; exec /),
    });
    expect(String(provider.exec['init']).endsWith(init ?? '-')).toBe(true);
  });
});

it('names programs wherever they are, without a shell', () => {
  const { exec } = load(providerYaml('1.2.3', ['/opt/my "node"', 'C:\\x\\provider.js'])) as Provider;
  expect(exec['command']).toEqual(['/opt/my "node"', 'C:\\x\\provider.js', 'command']);
});

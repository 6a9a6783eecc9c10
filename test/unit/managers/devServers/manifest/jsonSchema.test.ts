import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { devyardJsonSchema } from '../../../../../src/managers/devServers/manifest/jsonSchema.ts';
import { schemaKeys } from '../../../../support/schemaKeys.ts';

const file = resolve(import.meta.dirname, '../../../../../schemas/devyard.schema.json');

test('the schema that editors get is the one the daemon checks with (write it anew with vitest -u)', async () => {
  const text = await format(JSON.stringify(devyardJsonSchema()), { ...(await resolveConfig(file)), parser: 'json' });
  await expect(text).toMatchFileSnapshot(file);
});

test('every key is explained', () => {
  const all = schemaKeys(devyardJsonSchema());
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter(([, description]) => (description ?? '') === '')).toEqual([]);
});

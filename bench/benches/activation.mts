// Devyard's activation in a real extension host, beside an extension that does nothing, in the same host.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEntry, editorOptions, root } from '../../esbuild.mjs';
import { ensureChromium } from '../../scripts/lib/browser.mjs';
import { ensureCodeServer } from '../../scripts/lib/codeServer.mjs';
import { launchBrowser } from '../../test/support/browser.ts';
import { startVscodeServer } from '../../test/support/editors.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { activateIn } from '../activation/host.mts';
import type { Activation } from '../activation/suite.ts';
import type { Bench, Figure } from '../lib/bench.mts';
import { buildEmptyExtension } from '../lib/product.mts';

const hosts = 12;
const devyard = 'devyard.devyard';

interface Host {
  readonly devyard: Activation;
  /** One before and one after Devyard, so that a host that gets quieter or busier favours neither. */
  readonly empty: readonly [Activation, Activation];
}

export const bench: Bench = async ({ product, say }) => {
  const size: Figure = {
    what: "bytes of the extension's bundle",
    unit: 'KB',
    samples: [(product.sizes['extension.js'] ?? Number.NaN) / 1000],
    goal: { of: 'max', limit: 200 },
  };
  const chromium = await ensureChromium();
  const codeServer = await ensureCodeServer().catch((error: unknown) => ({ layout: undefined, reason: String(error) }));
  if (chromium.path === undefined) return { figures: [size], skipped: [`activation times: ${chromium.reason}`] };
  if (codeServer.layout === undefined) return { figures: [size], skipped: [`activation times: ${codeServer.reason}`] };

  await using home = await temporaryFolder('bench-');
  const suite = join(home.path, 'suite', 'index.js');
  await buildEntry(join(root, 'bench/activation/suite.ts'), suite, editorOptions);
  // Devyard and its peer are installed; a window takes only one extension under development, the one of the tests.
  const installed = join(home.path, 'extensions');
  await cp(product.extension, join(installed, `${devyard}-1.0.0`), { recursive: true });
  const before = await buildEmptyExtension(installed, 'before');
  const after = await buildEmptyExtension(installed, 'after');
  // Takes what the first activation in a host pays for all that follow.
  const development = join(home.path, 'development');
  const warm = await buildEmptyExtension(development, 'warm');

  const env = { DEVYARD_DATA_DIR: join(home.path, 'data') };
  await using editor = await startVscodeServer({ layout: codeServer.layout, home: home.path, env });
  await using browser = await launchBrowser(chromium.path);
  const results: Host[] = [];
  // The first host fills caches on the way and does not count.
  for (let host = 0; host <= hosts; host++) {
    const folder = join(home.path, `workspace-${host}`);
    await mkdir(folder);
    await writeFile(join(folder, 'order.json'), JSON.stringify([warm, before, devyard, after]));
    const activations = await activateIn(editor, browser, {
      folder,
      suite,
      extension: join(development, `${warm}-1.0.0`),
    });
    const of = (id: string): Activation => {
      const found = activations.find((each) => each.id === id);
      if (found === undefined || Number.isNaN(found.callMs)) throw new Error(`${id} was not seen to be activated`);
      return found;
    };
    if (host > 0) results.push({ devyard: of(devyard), empty: [of(before), of(after)] });
    if (host > 0 && host % 4 === 0) say(`${host} of ${hosts} extension hosts`);
  }
  return { figures: [...figures(results), size] };
};

type Part = 'totalMs' | 'loadMs' | 'callMs';

function figures(results: readonly Host[]): Figure[] {
  const beside = (what: string, part: Part): Figure => ({
    what,
    unit: 'ms',
    samples: results.map((host) => host.devyard[part]),
    peer: { what: 'empty extension', samples: results.flatMap(({ empty }) => empty.map((each) => each[part])) },
  });
  return [
    beside('extension.activate()', 'totalMs'),
    beside('of that, loading the bundle', 'loadMs'),
    beside('of that, its own activate()', 'callMs'),
    {
      what: 'activate(): Devyard less empty, in one host',
      unit: 'ms',
      samples: results.map(({ devyard, empty }) => devyard.totalMs - (empty[0].totalMs + empty[1].totalMs) / 2),
      goal: { of: 'median', limit: 15 },
    },
  ];
}

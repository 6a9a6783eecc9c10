import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Gallery } from '../support/gallery.ts';
import { rawZip } from '../support/rawArchives.ts';
import { writeVsix } from '../support/vsix.ts';
import type { DeskOptions } from './desk.ts';

const devboxYaml = `extension_groups:
  tools:
    name: Tools
    extensions: [demo.linter]
    user_settings:
      editor.tabSize: 2
ui:
  default_extension_groups: []
  settings:
    show_advanced_options: true
packaged_assets:
  tabs:
    - name: Examples
      items:
        - name: Starter
          description: A repository to begin with
          extensions_groups: [tools]
          github_url: https://git.example.com/starter
          thumbnail_url: https://pictures.example.com/starter.svg
          icon_links:
            - lucide_icon: book-open
              url: https://git.example.com/docs
`;
export const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><rect width="16" height="16"/></svg>';

/** In `home`: the repository `starter`, `app.zip` and `demo.packaged.vsix`; a gallery, and a desk that knows them all. */
export async function prepareSources(home: string): Promise<{ gallery: Gallery; options: DeskOptions }> {
  await makeRepository(join(home, 'starter'));
  await writeFile(join(home, 'app.zip'), rawZip([{ name: 'app/README.md', content: '# App\n' }]));
  await writeVsix(home, { publisher: 'demo', name: 'packaged' });
  const gallery = await Gallery.open(['linter', 'charts'].map((name) => ({ publisher: 'demo', name })));
  const options = {
    devboxYaml,
    settings: { 'devyard.codeServer.extensionGallery': gallery.url },
    // As a person has a company's mirror in their own configuration.
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${home}/.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://git.example.com/',
    },
  };
  return { gallery, options };
}

async function makeRepository(path: string): Promise<void> {
  const git = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('git', ['-C', path, '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  await promisify(execFile)('git', ['init', '--quiet', '--initial-branch', 'main', path]);
  await git('commit', '--quiet', '--allow-empty', '--message', 'Begin');
  await git('switch', '--quiet', '--create', 'next');
  await writeFile(join(path, 'NEXT.md'), '# Next\n');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Go on');
  await git('switch', '--quiet', 'main');
}

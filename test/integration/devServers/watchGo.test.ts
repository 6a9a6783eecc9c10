import { describe, expect, it } from 'vitest';
import { useWatchWorld } from './watchWorld.ts';

const { watching, write } = useWatchWorld();
const go = ['**/*.go', 'go.*', 'plugin.yaml'];

describe('watching Go sources', () => {
  it('counts embedded files, also ignored ones, and takes up a changed directive', async () => {
    await write('.gitignore', 'dist\n');
    await write('ui/dist/assets/app.js', 'x');
    await write('ui/text.txt', 'x');
    await write('ui/ui.go', 'package ui\n\nimport "embed"\n\n//go:embed dist\nvar files embed.FS\n');
    const seen = await watching(go);
    await write('ui/dist/assets/app.js', 'y');
    await write('ui/text.txt', 'y');
    await seen.until('ui/dist/assets/app.js');
    expect(await seen.take()).toEqual(['ui/dist/assets/app.js']);
    await write('ui/ui.go', 'package ui\n\nimport _ "embed"\n\n//go:embed *.txt\nvar text string\n');
    await seen.until('ui/ui.go', 'ui/text.txt');
    await seen.take();
    await write('ui/dist/assets/app.js', 'z');
    await write('ui/text.txt', 'z');
    await seen.until('ui/text.txt');
    expect(await seen.take()).toEqual(['ui/text.txt']);
  });

  it('follows the modules of a go.work, also when it changes', async () => {
    await write('../lib/lib.go');
    await write('../other/other.go');
    await write('.gitignore', 'go.work\n');
    await write('go.work', 'go 1.24\n\nuse (\n\t.\n\t../lib // shared\n)\n');
    const seen = await watching(['cmd/*.go', 'go.mod']);
    await write('../lib/in/new.go');
    await write('../lib/lib.go', 'package l\n');
    await seen.until('../lib/in/new.go', '../lib/lib.go');
    await write('go.work', 'go 1.24\n\nuse ./inner\nuse ../other\n');
    await seen.until('go.work');
    // The modules are taken up right after.
    for (let i = 0; !seen.paths.includes('../other/other.go') || !seen.paths.includes('inner/i.go'); i += 1) {
      await write('../other/other.go', `package o${String(i)}\n`);
      await write('inner/i.go', `package i${String(i)}\n`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    seen.paths = [];
    await write('../lib/lib.go', 'package m\n');
    await write('cmd/main.go', 'package main\n');
    await seen.until('cmd/main.go');
    expect(seen.paths).not.toContain('../lib/lib.go');
  });
});

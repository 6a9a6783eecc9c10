// The least that builds on a save: a watch on each folder, and a spawn at its first event. It gathers 50 ms as Devyard does,
// but knows nothing of globs, half saves, new folders, logs, or how a build ended. Argument: the folder.
import { spawn } from 'node:child_process';
import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

const [, , folder = ''] = process.argv;
let timer: NodeJS.Timeout | undefined;
let due = false;

function build(): void {
  due = false;
  spawn('date', ['+%s%N'], { stdio: ['ignore', 'inherit', 'inherit'] });
}

function changed(): void {
  if (timer === undefined) build();
  else due = true;
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    if (due) build();
  }, 50);
}

const inner = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { parentPath, name } of inner) watch(join(parentPath, name), changed);

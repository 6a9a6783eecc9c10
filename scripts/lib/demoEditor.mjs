// Life and death of the demo's editor process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './alive.mjs';
import { say } from './run.mjs';

/** The start of a process in ticks since boot: with the pid, this names a process for good. Empty where unknown. */
async function startTime(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function isSame({ pid, started }) {
  return isAlive(pid) && (await startTime(pid)) === started;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {}
}

/** TERM to the whole group, KILL for what is left of it after three seconds. */
async function endGroup(pid) {
  signalGroup(pid, 'SIGTERM');
  for (let waited = 0; waited < 3000 && isAlive(pid); waited += 50) await sleep(50);
  signalGroup(pid, 'SIGKILL');
}

/**
 * What an earlier `npm start` of this clone left behind: resolves its record when it still runs and somebody watches
 * it; ends its editor when nobody does (that `npm start` was killed).
 */
export async function endEarlierDemo(record) {
  const earlier = await readFile(record, 'utf8').then(JSON.parse, () => undefined);
  if (!earlier || !(await isSame(earlier))) return undefined;
  if (await isSame({ pid: earlier.owner, started: earlier.ownerStarted })) return earlier;
  say(`Ending the editor that an earlier, killed \`npm start\` left behind (pid ${earlier.pid})`);
  await endGroup(earlier.pid);
  await rm(record, { force: true });
  await rm(earlier.sockets, { recursive: true, force: true });
  return undefined;
}

/**
 * Starts the editor in a process group of its own, writes `about` and both processes to `record`, calls `onReady` when it serves, ends it on Ctrl+C or SIGTERM.
 * Resolves the exit code: 0 when it was asked to end.
 */
export async function runEditor({ command, args, env, record, about, onReady }) {
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let ready = false;
  let asked = false;
  const read = (text) => {
    if (ready) return;
    output += text;
    ready = output.includes('HTTP server listening on');
    if (ready) onReady();
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  const end = () => {
    if (asked) return;
    asked = true;
    say('\nEnding the editor …');
    void endGroup(child.pid);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  const exited = once(child, 'exit');
  if (child.pid !== undefined) {
    const editor = { pid: child.pid, started: await startTime(child.pid) };
    const owner = { owner: process.pid, ownerStarted: await startTime(process.pid) };
    await writeFile(record, JSON.stringify({ ...about, ...editor, ...owner }));
  }
  const [code] = await exited;
  signalGroup(child.pid, 'SIGKILL');
  if (!asked)
    say(ready ? `The editor ended by itself with code ${code}` : `The editor did not start:\n${output.trim()}`);
  return asked ? 0 : code || 1;
}

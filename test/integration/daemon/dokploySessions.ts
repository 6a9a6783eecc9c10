import type { DokployDouble } from '../../support/dokploy/double.ts';

/** Ends every sshd but the one that listens: whoever was connected to the workspace is not any more. */
export async function dropSessions(dokploy: DokployDouble, appName: string): Promise<void> {
  const script =
    'for pid in $(pidof sshd sshd-session); do parent=$(awk \'/^PPid:/ {print $2}\' "/proc/$pid/status"); ' +
    'case "$(cat "/proc/$parent/comm")" in sshd*) kill -KILL "$pid" ;; esac; done; true';
  await dokploy.exec(appName, ['/bin/sh', '-c', script]);
}

/**
 * Process 1 of a workspace that stops by itself looks every 15 s who is connected. Ending its sleep makes it look at once;
 * resolves when it has looked so often, or has ended.
 */
export async function lookForSessions(dokploy: DokployDouble, appName: string, times: number): Promise<void> {
  const script = [
    'i=0',
    `while [ "$i" -lt ${String(times)} ]; do`,
    '  pid=$(pidof sleep) && kill "$pid" && i=$((i + 1))',
    '  now=$pid',
    '  while [ -z "$now" ] || [ "$now" = "$pid" ]; do now=$(pidof sleep); done',
    'done',
  ];
  // It ends with its container.
  await dokploy.exec(appName, ['/bin/sh', '-c', script.join('\n')]).catch(() => undefined);
}

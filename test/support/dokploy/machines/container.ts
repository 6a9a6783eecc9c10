import { endProcess } from '../../endProcess.ts';
import { type Engine, EngineError, logReader } from './engine.ts';
import type { Executed, Machine, MachineSpec, MachineState } from './types.ts';

export interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly Status: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Fine when it is gone, or on its way (409: removal is in progress). */
export async function removal(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof EngineError) || (error.status !== 404 && error.status !== 409)) throw error;
  });
}

/** Body of a container's creation; `prefix` goes before the names of volumes. */
export function containerBody(spec: MachineSpec, prefix: string): Record<string, unknown> {
  const bindings = new Map<string, { HostIp: string; HostPort: string }[]>();
  for (const { host, published, target, protocol } of spec.ports) {
    const key = `${String(target)}/${protocol}`;
    bindings.set(key, [...(bindings.get(key) ?? []), { HostIp: host, HostPort: String(published) }]);
  }
  return {
    Image: spec.image,
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    ...(spec.command === undefined ? {} : { Cmd: spec.command }),
    Env: spec.env,
    ExposedPorts: Object.fromEntries([...bindings.keys()].map((key) => [key, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(bindings),
      Binds: spec.volumes.map(({ name, mountPath }) => `${prefix}${name}:${mountPath}`),
      Memory: spec.memoryBytes ?? 0,
      NanoCpus: spec.nanoCpus ?? 0,
      Privileged: spec.privileged,
      RestartPolicy: { Name: spec.restart },
    },
  };
}

export async function execIn(engine: Engine, containerId: string, command: readonly string[]): Promise<Executed> {
  const body = { Cmd: command, AttachStdout: true, AttachStderr: true };
  const made = await engine.call({ method: 'POST', path: `/containers/${containerId}/exec`, body });
  const { Id } = made as { Id: string };
  let output = '';
  const read = logReader((text) => (output += text));
  const stream = await engine.open({ method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false } });
  for await (const chunk of stream) read(chunk as Buffer);
  const { ExitCode } = (await engine.call({ method: 'GET', path: `/exec/${Id}/json` })) as { ExitCode: number };
  return { exitCode: ExitCode, output };
}

export function containerMachine(engine: Engine, id: string): Machine {
  const path = `/containers/${id}`;
  const logs = (query: Record<string, string>) =>
    engine.open({
      method: 'GET',
      path: `${path}/logs`,
      query: { stdout: '1', stderr: '1', timestamps: '1', ...query },
    });
  return {
    id,
    async start() {
      await engine.call({ method: 'POST', path: `${path}/start` });
    },
    async stop(graceMs) {
      // Whoever hears TERM shall have a second to end by it.
      const grace = graceMs === 0 ? '0' : String(Math.max(1, Math.round(graceMs / 1000)));
      await removal(engine.call({ method: 'POST', path: `${path}/stop`, query: { t: grace } }));
    },
    remove: () => removal(engine.call({ method: 'DELETE', path, query: { force: '1', v: '1' } })),
    async kill() {
      const found = (await engine.call({ method: 'GET', path: `${path}/json` })) as { State: { Pid: number } };
      // `docker kill` counts as a stop that somebody wished, and restart policies heed it. It needs no root.
      if (found.State.Pid === 0) return;
      if (process.getuid?.() === 0) endProcess(found.State.Pid);
      else await removal(engine.call({ method: 'POST', path: `${path}/kill` }));
    },
    async wait() {
      const answer = await engine.call({ method: 'POST', path: `${path}/wait` });
      return (answer as { StatusCode: number }).StatusCode;
    },
    async inspect(): Promise<MachineState> {
      const query = { all: '1', filters: JSON.stringify({ id: [id] }) };
      const listed = await engine.call({ method: 'GET', path: '/containers/json', query });
      const [found] = listed as ListedContainer[];
      return { state: found?.State ?? 'removed', status: found?.Status ?? '' };
    },
    async log(tail) {
      let text = '';
      const read = logReader((piece) => (text += piece));
      for await (const chunk of await logs({ tail: String(tail) })) read(chunk as Buffer);
      return text;
    },
    follow(tail, take, ended) {
      let over = false;
      let end = (): void => undefined;
      logs({ tail: String(tail), follow: '1' })
        .then((response) => {
          end = () => response.destroy();
          response
            .on('data', logReader(take))
            .on('end', ended)
            .on('error', () => undefined);
          if (over) end();
        })
        .catch((error: unknown) => take(`${(error as Error).message}\n`));
      return () => {
        over = true;
        end();
      };
    },
  };
}

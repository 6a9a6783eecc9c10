import { PassThrough } from 'node:stream';
import { sshError } from '../../../../../src/managers/dokploy/ssh/fault.ts';
import type { SshLink } from '../../../../../src/managers/dokploy/ssh/link.ts';
import type { ExitStatus, SshTarget } from '../../../../../src/managers/dokploy/ssh/types.ts';

/** A connection as a test sees it from the server's side. */
export interface FakeLink extends SshLink {
  readonly target: SshTarget;
  readonly sessions: number;
  isDoubtful: boolean;
  isAnswering: boolean;
  isEnded: boolean;
  /** Breaks it. `isNoticed`: false leaves it looking alive. */
  cut(isNoticed?: boolean): void;
  /** Ends the session that has run longest. */
  finishOne(): void;
}

export interface FakeServer {
  readonly links: FakeLink[];
  /** Those that are not closed. */
  readonly open: readonly FakeLink[];
  mostSessions: number;
  /** What an attempt to connect fails with. */
  failure: Error | undefined;
  readonly attempts: number;
  connect: (target: SshTarget, signal: AbortSignal) => Promise<SshLink>;
}

/** A server in the same process, which allows so many sessions a connection and nothing else of SSH. */
export function createFakeServer(mostSessions = 10): FakeServer {
  const links: FakeLink[] = [];
  let attempts = 0;
  const server: FakeServer = {
    links,
    mostSessions,
    failure: undefined,
    get open() {
      return links.filter(({ isEnded }) => !isEnded);
    },
    get attempts() {
      return attempts;
    },
    connect: async (target, signal) => {
      attempts += 1;
      await Promise.resolve();
      signal.throwIfAborted();
      if (server.failure !== undefined) throw server.failure;
      const link = createLink(server, target);
      links.push(link);
      return link;
    },
  };
  return server;
}

function createLink(server: FakeServer, target: SshTarget): FakeLink {
  const running = new Set<PromiseWithResolvers<ExitStatus>>();
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let isDead = false;
  const close = (error?: Error): void => {
    isDead = true;
    link.isEnded = true;
    for (const one of running) one.reject(sshError('lost', 'It broke.'));
    running.clear();
    resolve(error);
  };
  const begin = async (): Promise<{ readonly exit: Promise<ExitStatus> }> => {
    await Promise.resolve();
    if (isDead) throw sshError('unsent', 'It is over.');
    if (running.size >= server.mostSessions) throw sshError('no-channel', 'open failed');
    const one = Promise.withResolvers<ExitStatus>();
    one.promise.catch(() => undefined);
    running.add(one);
    return { exit: one.promise };
  };
  const link: FakeLink = {
    target,
    closed,
    isDoubtful: false,
    isAnswering: true,
    isEnded: false,
    get sessions() {
      return running.size;
    },
    probe: async () => link.isAnswering,
    exec: async () => {
      const { exit } = await begin();
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      return { stdin, stdout, stderr, exit, end: () => undefined };
    },
    shell: () => Promise.reject(new Error('Not here.')),
    open: async () => {
      await Promise.resolve();
      if (isDead) throw sshError('unsent', 'It is over.');
      return new PassThrough();
    },
    end: () => close(),
    cut(isNoticed = true) {
      isDead = true;
      if (isNoticed) close(sshError('lost', 'It broke.'));
    },
    finishOne() {
      const [first] = running;
      if (first === undefined) return;
      running.delete(first);
      first.resolve({ code: 0, signal: null });
    },
  };
  return link;
}

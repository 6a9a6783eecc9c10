import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandHistory, withCommand } from '../../../../../src/views/dokploy/connect/commandHistory.ts';
import { hostKeyQuestion, otherHostKey } from '../../../../../src/views/dokploy/connect/hostKeyQuestion.ts';
import { obstacleTo } from '../../../../../src/views/dokploy/connect/obstacle.ts';
import {
  parseRemotePort,
  portHints,
  remotePortProblem,
  remotePortText,
  withPort,
} from '../../../../../src/views/dokploy/connect/portInput.ts';
import { l10n } from '../../samples.ts';
import { failed, forward, workspace, workspaceStates } from '../samples.ts';

const [pinned, other] = [`SHA256:${'a'.repeat(43)}`, `SHA256:${'b'.repeat(42)}+`];
const swapped = workspace(
  'api',
  { ...failed, reason: `The host key is ${other}, and was ${pinned}` },
  { hostKey: pinned },
);

describe('what keeps somebody from connecting', () => {
  it('is said with the one thing that helps, whatever the state', () => {
    const found = Object.fromEntries(
      workspaceStates.map((state) => [state.status, obstacleTo(workspace('api', state), l10n)?.ways]),
    );
    expect(found).toEqual({
      unverified: undefined,
      running: undefined,
      deploying: ['showDeployLog'],
      stopped: ['start'],
      failed: ['showContainerLog', 'connect'],
      gone: [],
    });
  });

  it('is first that Devyard does not take care of it', () => {
    for (const state of workspaceStates) {
      expect(obstacleTo(workspace('api', state, { managed: 'no' }), l10n)?.ways).toEqual(['adopt']);
    }
  });

  it('may be a port that is missing, or another host key', () => {
    const running = { status: 'running', node: '' } as const;
    expect(obstacleTo(workspace('api', running, { endpoint: null }), l10n)?.ways).toEqual(['redeploy']);
    expect(obstacleTo(workspace('api', failed, { endpoint: null }), l10n)?.ways).toEqual(['showContainerLog']);
    expect(obstacleTo(swapped, l10n)?.ways[0]).toBe('forgetHostKey');
  });

  it('is told in whole sentences', () => {
    const text = obstacleTo(workspace('api', { ...failed, reason: 'It ended', hint: 'Look' }), l10n)?.text;
    expect(text).toBe('api has failed: It ended. Look.');
  });
});

describe('the question about a host key', () => {
  it('names both fingerprints where both are known, and warns', () => {
    const { message, detail } = hostKeyQuestion(swapped, l10n);
    expect(message).toBe('Forget the host key of api?');
    expect(detail).toContain(`Pinned: ${pinned}\nShown now: ${other}`);
    expect(detail).toContain('between you and home.example.com:2222');
    expect(otherHostKey(workspace('api', failed, { hostKey: pinned }))).toBeUndefined();
    expect(hostKeyQuestion(workspace('api', failed, { hostKey: pinned }), l10n).detail).not.toContain('Shown now');
  });
});

describe('a port to forward', () => {
  it('is read and written the same, of the workspace or of a host that it reaches', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    const host = fc.constantFrom(undefined, 'db', '10.0.0.5', 'fd00::5');
    fc.assert(
      fc.property(port, host, (remotePort, remoteHost) => {
        const given = { remotePort, remoteHost };
        expect(parseRemotePort(remotePortText(given))).toEqual(given);
      }),
    );
    for (const wrong of ['0', '65536', 'x', ':80', 'a b:80', '', '80:db']) {
      expect(remotePortProblem(wrong, l10n)).toMatch(/1 to 65535/);
    }
  });

  it('is suggested by what was used before, each once and none that is forwarded', () => {
    const api = workspace('api', undefined, {
      ports: [{ published: 80, target: 8000, protocol: 'tcp' }],
      forwards: [forward(3000)],
    });
    const texts = portHints(api, ['5173', 'db:5432'], l10n).map(({ text }) => text);
    expect(texts).toEqual(['5173', 'db:5432', '8000', '8080']);
  });
});

describe('what was entered before', () => {
  it('is there again, the newest first, each once and not for ever', () => {
    const many = Array.from({ length: 100 }, (_, index) => String(index));
    const history = many.reduce<readonly string[]>(withCommand, []);
    expect([history.length, history[0]]).toEqual([30, '99']);
    expect(withCommand(['b', 'a'], 'a')).toEqual(['a', 'b']);
    expect(many.reduce<readonly string[]>(withPort, [])).toHaveLength(8);
  });

  it('is kept for each workspace, and forgotten on demand', async () => {
    const memory = new Map<string, unknown>([['devyard.dokploy.commands.w2', 'nonsense']]);
    const history = new CommandHistory({
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    } as never);
    await history.add('w1', 'ls');
    await history.add('w1', 'make');
    expect([history.of('w1'), history.of('w2'), history.of('w3')]).toEqual([['make', 'ls'], [], []]);
    await history.forget('w1');
    expect(history.of('w1')).toEqual([]);
  });
});

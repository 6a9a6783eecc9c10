import { describe, expect, it } from 'vitest';
import { removalDetail } from '../../../../src/views/daemon/removal.ts';
import { serverRemoval, workspaceRemoval } from '../../../../src/views/dokploy/removal.ts';
import { l10n } from '../samples.ts';
import { server, workspace, workspaceStates } from './samples.ts';

const home = server('home');
const volumes = [{ name: 'a-home', mountPath: '/home/dev' }];

describe('before a workspace is deleted', () => {
  it('a person is told what is erased, and Enter alone erases no volume', () => {
    const one = workspace('a', { status: 'running', node: '' }, { volumes });
    const { message, detail, choices } = workspaceRemoval(one, home, false, l10n);
    expect(message).toBe('Delete the workspace "a"?');
    for (const part of ['devpod-workspaces / production', 'erased on home', 'a-home (/home/dev)', 'port 2222'])
      expect(detail).toContain(part);
    expect(detail).toContain('running and will be stopped');
    expect(choices).toEqual([
      { title: 'Delete', volumes: false, forget: false },
      { title: 'Delete with Volumes', volumes: true, forget: false },
      { title: 'Forget', volumes: false, forget: true },
    ]);
  });

  it('volumes are no matter where there are none', () => {
    const { detail, choices } = workspaceRemoval(workspace('a'), home, true, l10n);
    expect(choices.map(({ title }) => title)).toEqual(['Delete', 'Forget']);
    expect(detail).not.toContain('olumes');
    expect(detail).toContain('that is cancelled');
  });

  it('what Devyard did not make is rather forgotten, and so is what is gone', () => {
    const adopted = workspaceRemoval(workspace('a', undefined, { managed: 'adopted', volumes }), home, false, l10n);
    expect(adopted.choices.map(({ title }) => title)).toEqual(['Forget', 'Delete', 'Delete with Volumes']);
    const gone = workspaceRemoval(workspace('a', { status: 'gone' }, { volumes }), home, false, l10n);
    expect(gone.choices).toEqual([{ title: 'Forget', volumes: false, forget: true }]);
    expect(gone.message).toContain('Forget');
  });

  it('the first choice never erases volumes, whatever the state', () => {
    for (const state of workspaceStates) {
      for (const managed of ['created', 'adopted'] as const) {
        const { choices } = workspaceRemoval(workspace('a', state, { managed, volumes }), undefined, false, l10n);
        expect(choices[0]?.volumes).toBe(false);
      }
    }
  });
});

describe('before a server is removed', () => {
  it('a person is told that nothing happens there', () => {
    const { message, detail } = serverRemoval(
      home,
      [workspace('a'), workspace('db', undefined, { managed: 'no' })],
      l10n,
    );
    expect(message).toContain('"home"');
    expect(detail).toContain('of a.');
    expect(detail).not.toContain('db');
    expect(detail).toContain('Kept: everything on the server');
  });
});

describe('before everything is removed', () => {
  it('a person is told which workspaces are kept on their servers', () => {
    const detail = removalDetail('/data', [], [], l10n, [], [workspace('a'), workspace('b')]);
    expect(detail).toContain('Kept on their Dokploy servers: a, b.');
    expect(removalDetail('/data', [], [], l10n)).not.toContain('Dokploy');
  });
});

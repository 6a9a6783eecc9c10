import { describe, expect, it } from 'vitest';
import { removalDetail } from '../../../../src/views/daemon/removal.ts';
import { stopQuestion } from '../../../../src/views/daemon/stopQuestion.ts';
import { codeServer, l10n, running } from '../samples.ts';
import { devProcess, devServer, processRun } from './samples.ts';

const ready = { status: 'ready', run: processRun, readyAt: 2000 } as const;

describe('the question before Devyard stops', () => {
  it('is not asked where nothing runs', () => {
    expect(stopQuestion({ codeServers: [], projects: [] }, l10n)).toBeUndefined();
  });

  it('names what runs, and ends it only with the second button', () => {
    const question = stopQuestion({ codeServers: ['api'], projects: ['demo', 'map'] }, l10n);
    expect(question?.detail).toContain('Running code-servers: api.');
    expect(question?.detail).toContain('Running dev servers: demo, map.');
    expect(question?.choices).toEqual([
      { title: 'Stop Devyard Only', endRunning: false },
      { title: 'Stop All That Runs', endRunning: true },
    ]);
    const servers = stopQuestion({ codeServers: ['api'], projects: [] }, l10n);
    expect(servers?.detail).not.toContain('dev servers');
    expect(servers?.choices.at(-1)?.title).toBe('Stop Code-Servers Too');
  });
});

describe('the question before everything is removed', () => {
  it('names the projects that are stopped, and keeps their folders', () => {
    const projects = [devServer('demo', { processes: [devProcess('ui', ready)] }), devServer('idle')];
    const servers = [codeServer('api', running)];
    const detail = removalDetail('/data', servers, servers, l10n, projects);
    expect(detail).toContain('Stopped: api, demo.');
    expect(detail).toContain('Kept: /work/demo, /work/idle.');
    expect(detail).toContain('the folders of api');
  });
});

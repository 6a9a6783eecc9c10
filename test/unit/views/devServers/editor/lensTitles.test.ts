import { describe, expect, it } from 'vitest';
import { lensTitles } from '../../../../../src/views/devServers/editor/lensTitles.ts';
import type { DevServer } from '../../../../../src/api/contract/devServers.ts';
import { l10n } from '../../samples.ts';
import { crashed, devBuild, devProcess, devServer, processRun } from '../samples.ts';

const shown = (one: DevServer | undefined): readonly string[] =>
  lensTitles(one, l10n).map(({ title, action }) => `${title}${action === undefined ? '' : ` → ${action}`}`);

const ready = { status: 'ready', run: processRun, readyAt: 0 } as const;

describe('lenses above a project', () => {
  it('offer to start what was never added', () => {
    expect(shown(undefined)).toEqual(['$(play) Start → start', 'Logs → logs']);
  });

  it('offer to stop and rebuild what runs, and say how it stands', () => {
    const builds = [devBuild('backend', { status: 'ready', at: 0, durationMs: 1 })];
    expect(shown(devServer('demo', { processes: [devProcess('ui', ready)], builds }))).toEqual([
      '$(pass) ready',
      '$(debug-stop) Stop → stop',
      'Rebuild → rebuild',
      'Logs → logs',
    ]);
    expect(shown(devServer('demo', { processes: [devProcess('ui', ready)] }))).not.toContain('Rebuild → rebuild');
    const starting = devProcess('ui', { status: 'starting', since: 0, step: 'x' });
    expect(shown(devServer('demo', { processes: [starting] }))[0]).toBe('$(loading~spin) starting');
    expect(shown(devServer('demo', { processes: [devProcess('ui', ready)], stopping: true }))[0]).toBe(
      '$(loading~spin) stopping',
    );
  });

  it('offer a debugger where a process takes one', () => {
    const processes = [devProcess('api', { status: 'stopped', at: 0 }, { debug: 'node' })];
    expect(shown(devServer('demo', { processes }))).toEqual([
      '$(play) Start → start',
      '$(debug-alt) Start and Debug → debug',
      'Logs → logs',
    ]);
  });

  it('say why it failed, in one short line in which nothing becomes an icon', () => {
    const lastError = `ui $(x) ended\nwith more ${'y'.repeat(200)}`;
    const [title = ''] = shown(devServer('demo', { processes: [devProcess('ui', crashed)], lastError }));
    expect(title).toBe('$(error) failed: ui $ (x) ended');
    const [long = ''] = shown(
      devServer('demo', { processes: [devProcess('ui', crashed)], lastError: 'z'.repeat(200) }),
    );
    expect(long.length).toBeLessThan(110);
    expect(long.endsWith('…')).toBe(true);
  });
});

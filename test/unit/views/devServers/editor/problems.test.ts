import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemBoard } from '../../../../../src/views/devServers/editor/problems.ts';
import { builtAt, devBuild, devServer, problem } from '../samples.ts';

const failed = { status: 'error', at: builtAt, reason: 'go build failed', durationMs: 900 } as const;
const good = { status: 'ready', at: builtAt, durationMs: 900 } as const;
const main = '/work/demo/pkg/main.go';

const messages = (board: ProblemBoard, file: string): readonly string[] => board.of(file).map(({ message }) => message);

describe('problems of builds', () => {
  it('are shown in their files, at their places', () => {
    const board = new ProblemBoard();
    const problems = [
      problem('undefined: x', { code: 'E1' }),
      problem('unused', { line: 9, column: 0, severity: 'warning' }),
    ];
    expect(board.update('id', devServer('demo', { builds: [devBuild('backend', failed, problems)] }))).toEqual([main]);
    expect(board.of(main)).toEqual([
      { line: 2, column: 6, message: 'undefined: x', severity: 'error', code: 'E1', source: 'go' },
      { line: 8, column: undefined, message: 'unused', severity: 'warning', code: undefined, source: 'go' },
    ]);
  });

  it('without a file belong to the manifest, without a line to its first one', () => {
    const board = new ProblemBoard();
    const nowhere = problem('go.mod is broken', { file: '', line: 12, column: 3 });
    const lineless = problem('cannot find package', { line: 0, column: 0 });
    const builds = [devBuild('backend', failed, [nowhere, lineless])];
    board.update('id', devServer('demo', { builds }));
    expect(board.of('/work/demo/devyard.yaml')).toMatchObject([
      { line: 0, column: undefined, message: 'go.mod is broken' },
    ]);
    expect(board.of(main)).toMatchObject([{ line: 0, column: undefined }]);
    board.update('id', devServer('demo', { builds, manifest: null, preset: 'omniview' }));
    // The same problems again are no news, whatever else is.
    expect(board.of('/work/demo/devyard.yaml')).toHaveLength(1);
    const other = new ProblemBoard();
    other.update('id', devServer('demo', { builds, manifest: null, preset: 'omniview' }));
    expect(other.of('/work/demo/plugin.yaml')).toHaveLength(1);
  });

  it('of a file that two projects share are shown together, and each goes with its own', () => {
    const board = new ProblemBoard();
    board.update('a', devServer('a', { builds: [devBuild('one', failed, [problem('of a')])] }));
    board.update('b', devServer('b', { builds: [devBuild('one', failed, [problem('of b')])] }));
    expect(messages(board, main)).toEqual(['of a', 'of b']);
    expect(board.update('a', devServer('a', { builds: [devBuild('one', good)] }))).toEqual([main]);
    expect(messages(board, main)).toEqual(['of b']);
    expect(board.update('b', undefined)).toEqual([main]);
    expect(messages(board, main)).toEqual([]);
  });

  it('stay while it builds again, and go with a good build, a stop and a removal', () => {
    const wrong = [problem('wrong')];
    const cases = [
      [{ status: 'building', since: 0, step: 'go build' }, 1],
      [failed, 1],
      [{ status: 'stopped', at: 0 }, 0],
      [{ status: 'idle' }, 0],
    ] as const;
    for (const [state, left] of cases) {
      const board = new ProblemBoard();
      board.update('id', devServer('demo', { builds: [devBuild('backend', failed, wrong)] }));
      board.update('id', devServer('demo', { builds: [devBuild('backend', state, wrong)] }));
      expect({ status: state.status, left: board.of(main).length }).toEqual({ status: state.status, left });
    }
  });

  it('that are the same again repaint nothing', () => {
    const board = new ProblemBoard();
    const builds = [devBuild('backend', failed, [problem('wrong')])];
    expect(board.update('id', devServer('demo', { builds }))).toEqual([main]);
    expect(board.update('id', devServer('demo', { builds, stopping: true }))).toEqual([]);
    expect(board.update('other', devServer('other'))).toEqual([]);
  });

  it('name every file whose problems differ, whatever comes after whatever', () => {
    const files = ['/a', '/b', '/c'] as const;
    const step = fc.record({
      id: fc.constantFrom('p', 'q'),
      files: fc.option(fc.array(fc.constantFrom(...files), { maxLength: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const board = new ProblemBoard();
        for (const { id, files: said } of steps) {
          const before = files.map((file) => JSON.stringify(board.of(file)));
          const builds = said && [
            devBuild(
              'one',
              failed,
              said.map((file) => problem(`${id} ${file}`, { file })),
            ),
          ];
          const touched = board.update(id, builds && devServer(id, { builds }));
          const differ = files.filter((file, index) => JSON.stringify(board.of(file)) !== before[index]);
          expect(touched).toEqual(expect.arrayContaining(differ));
        }
      }),
    );
  });
});

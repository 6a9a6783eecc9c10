import { expect, it } from 'vitest';
import { createLog } from '../../../src/provider/log.ts';

function said(env: Readonly<Record<string, string>>, quiet: boolean): string[] {
  const lines: string[] = [];
  const log = createLog(env, (line) => lines.push(line.trim()), { quiet, secrets: ['s3cret', ''] });
  log.debug('debug');
  log.info('info');
  log.error('error');
  return lines.map((line) => line.replace('devyard: ', ''));
}

it.each([
  [{}, false, ['info', 'error']],
  [{ DEVPOD_LOG_LEVEL: 'info' }, false, ['info', 'error']],
  [{ DEVPOD_LOG_LEVEL: 'debug' }, false, ['debug', 'info', 'error']],
  [{ DEVPOD_LOG_LEVEL: 'Trace' }, false, ['debug', 'info', 'error']],
  [{ DEVPOD_LOG_LEVEL: 'warning' }, false, ['error']],
  [{ DEVPOD_LOG_LEVEL: 'warn' }, false, ['error']],
  [{ DEVPOD_LOG_LEVEL: 'fatal' }, false, ['error']],
  [{ DEVPOD_LOG_LEVEL: 'nonsense' }, false, ['info', 'error']],
  [{ DEVPOD_DEBUG: 'true' }, false, ['debug', 'info', 'error']],
  [{ DEVPOD_LOG_LEVEL: 'info' }, true, ['error']],
  [{}, true, ['error']],
  [{ DEVPOD_LOG_LEVEL: 'debug' }, true, ['debug', 'info', 'error']],
])('%j (quiet: %s) lets out %j', (env, quiet, lines) => {
  expect(said(env, quiet)).toEqual(lines);
});

it('lets no secret out', () => {
  const lines: string[] = [];
  const log = createLog({}, (line) => lines.push(line), { quiet: false, secrets: ['s3cret'] });
  log.error('the key s3cret and again s3cret');
  expect(lines).toEqual(['devyard: the key *** and again ***\n']);
});

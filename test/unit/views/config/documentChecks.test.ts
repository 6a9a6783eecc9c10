import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CheckedDocument,
  type ConfigProblem,
  DocumentChecks,
} from '../../../../src/views/config/documentChecks.ts';

interface Asked {
  readonly text: string;
  answer(message: string): Promise<void>;
  fail(): Promise<void>;
}

let asked: Asked[];
let shown: Map<string, string>;
let logged: string[];
let connected: boolean;
let checks: DocumentChecks;

const problem = (message: string): ConfigProblem => ({
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
  path: '',
  message,
});

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  shown = new Map();
  logged = [];
  connected = true;
  checks = new DocumentChecks({
    check: (text) =>
      new Promise<readonly ConfigProblem[]>((resolve, reject) => {
        asked.push({
          text,
          answer: async (message) => {
            resolve([problem(message)]);
            await vi.advanceTimersByTimeAsync(0);
          },
          fail: async () => {
            reject(new Error('gone'));
            await vi.advanceTimersByTimeAsync(0);
          },
        });
      }),
    isConnected: () => connected,
    show: ({ uri }, problems) => shown.set(uri, problems.map(({ message }) => message).join()),
    clear: (uri) => shown.delete(uri),
    log: (message) => logged.push(message),
  });
});

afterEach(() => {
  checks.dispose();
  vi.useRealTimers();
});

const document = (text: string, uri = 'file:///devbox.yaml'): CheckedDocument => ({
  uri,
  path: uri.slice(7),
  text: () => text,
});

const texts = (): readonly string[] => asked.map(({ text }) => text);

describe('an open document', () => {
  it('is checked at once, and again when its writer pauses', async () => {
    checks.opened(document('a'));
    expect(texts()).toEqual(['a']);
    await asked[0]?.answer('one');
    expect(shown.get('file:///devbox.yaml')).toBe('one');
    checks.changed(document('ab'));
    await vi.advanceTimersByTimeAsync(200);
    checks.changed(document('abc'));
    await vi.advanceTimersByTimeAsync(299);
    expect(texts()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(texts()).toEqual(['a', 'abc']);
  });

  it('shows no answer that came late', async () => {
    checks.opened(document('a'));
    checks.changed(document('ab'));
    await asked[0]?.answer('of an older text');
    expect(shown.size).toBe(0);
    await vi.advanceTimersByTimeAsync(300);
    await asked[1]?.answer('of this text');
    expect(shown.get('file:///devbox.yaml')).toBe('of this text');
  });

  it('shows nothing after it was closed', async () => {
    checks.opened(document('a'));
    await asked[0]?.answer('one');
    checks.changed(document('ab'));
    await vi.advanceTimersByTimeAsync(300);
    checks.closed('file:///devbox.yaml');
    expect(shown.size).toBe(0);
    await asked[1]?.answer('two');
    expect(shown.size).toBe(0);
    checks.changed(document('abc'));
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(2);
  });

  it('waits for a connection', async () => {
    connected = false;
    checks.opened(document('a'));
    checks.changed(document('ab'));
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toEqual([]);
    connected = true;
    checks.connected();
    expect(texts()).toEqual(['ab']);
  });

  it('keeps what it shows when the daemon does not answer', async () => {
    checks.opened(document('a'));
    await asked[0]?.answer('one');
    checks.connected();
    await asked[1]?.fail();
    expect(shown.get('file:///devbox.yaml')).toBe('one');
    expect(logged).toEqual(['/devbox.yaml could not be checked: gone']);
  });

  it('does not stand in the way of another', async () => {
    checks.opened(document('a'));
    checks.opened(document('b', 'file:///other/devbox.yml'));
    await asked[1]?.answer('two');
    checks.closed('file:///devbox.yaml');
    expect([...shown]).toEqual([['file:///other/devbox.yml', 'two']]);
  });

  it('is left alone after the end', async () => {
    checks.opened(document('a'));
    checks.changed(document('ab'));
    checks.dispose();
    expect(vi.getTimerCount()).toBe(0);
    await asked[0]?.answer('late');
    expect(shown.size).toBe(0);
  });
});

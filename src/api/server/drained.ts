import type { Writable } from 'node:stream';

/** Resolves when a stream takes more, or will never take anything again. */
export async function drained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}

const events = ['drain', 'close', 'error', 'finish'] as const;

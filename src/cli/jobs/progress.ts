import { plain } from '../text.ts';

/** Where a command tells a person how far it is: stderr, so that a script's output stays clean. */
export interface Progress {
  /** What is being done now. */
  show(step: string): void;
  /** Something that stays to be read. */
  say(line: string): void;
  /** Takes away what would be left of the last step. */
  end(): void;
}

export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** In place on a terminal, as lines elsewhere: there a step is told once, not with every count in its parentheses. */
export function progressOn(screen: Screen): Progress {
  return screen.isTTY === true ? inPlace(screen) : inLines(screen);
}

/** ECMA-48: erase in line, from the first column. */
const erase = '\r\u001B[2K';

function inPlace(screen: Screen): Progress {
  let shown = false;
  const end = (): void => {
    if (shown) screen.write(erase);
    shown = false;
  };
  return {
    show(step) {
      // One short of the width: a full line would wrap, and only its second half be erased.
      // A terminal that was never told its size says 0.
      const columns = screen.columns === undefined || screen.columns === 0 ? 80 : screen.columns;
      const fitting = Array.from(plain(step)).slice(0, columns - 1);
      screen.write(`${erase}${fitting.join('')}`);
      shown = true;
    },
    say(line) {
      end();
      screen.write(`${plain(line)}\n`);
    },
    end,
  };
}

function inLines(screen: Screen): Progress {
  let last: string | undefined;
  const say = (line: string): void => void screen.write(`${plain(line)}\n`);
  return {
    show(step) {
      const phase = step.replace(/\s*(?:\(.*\))?\s*(?:·\s*\d+\s*%)?$/, '');
      if (phase === last) return;
      last = phase;
      say(phase);
    },
    say,
    end: () => undefined,
  };
}

// What `npm test` needs to know of a Vitest run, with the reason of each skipped test (the JSON reporter has none).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes `{passed, failed, skipped: [{name, reason}]}` to the file named in DEVYARD_TEST_REPORT. */
export default class SummaryReporter {
  onTestRunEnd(modules, errors) {
    const summary = { passed: 0, failed: errors.length, skipped: [] };
    for (const module of modules) {
      let own = 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') summary.passed++;
        else if (state === 'skipped')
          summary.skipped.push({ name: test.fullName, reason: note ?? said(test.fullName) });
        else own++;
      }
      // A file that cannot be loaded, or whose hook failed, has no failed test of its own.
      summary.failed += own === 0 && module.state() === 'failed' ? 1 : own;
    }
    mkdirSync(dirname(process.env.DEVYARD_TEST_REPORT), { recursive: true });
    writeFileSync(process.env.DEVYARD_TEST_REPORT, JSON.stringify(summary));
  }
}

/** A group that is left out as a whole says why in its name. */
function said(name) {
  return /\(skipped: (.+?)\)/.exec(name)?.[1] ?? 'no reason given';
}

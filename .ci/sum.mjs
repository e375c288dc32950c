// Adds up what .ci/run has collected, prints "N passed, N failed" as the last line and fails where anything failed. A part
// of the tests that ran none has failed, whatever its exit code: `passWithNoTests` must not hide an empty project.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = process.argv[2];
const root = process.cwd();

/** Which files belong to which part: as in vitest.config.ts. */
const parts = {
  test: {
    unit: /^(libs|apps|tools)\/.*\.test\.ts$/,
    integration: /^(libs|apps)\/.*\.spec\.ts$/,
    'end to end': /^test\/[^/]*\.spec\.ts$/,
  },
  'test:statistics': { statistics: /^test\/statistics\/.*\.spec\.ts$/ },
  'test:faults': { faults: /^test\/faults\/.*\.spec\.ts$/ },
};

const counts = [...checks(), ...Object.keys(parts).flatMap(suite)];
const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
for (const { name, passed, failed, note } of counts) {
  console.log(`${name}: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`);
}
const [passed, failed] = [total('passed'), total('failed')];
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

function checks() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.check'))
    .map((file) => {
      const good = readFileSync(join(folder, file), 'utf8').trim() === 'passed';
      return { name: file.replace(/\.check$/, ''), passed: good ? 1 : 0, failed: good ? 0 : 1 };
    });
}

function suite(name) {
  const file = join(folder, `${name}.tests.json`);
  if (!existsSync(file)) return [{ name, passed: 0, failed: 1, note: 'no results: it did not run' }];
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const found = Object.entries(parts[name]).map(([part, pattern]) => {
    const files = report.testResults.filter((result) => pattern.test(relative(root, result.name)));
    return { name: `${name}, ${part}`, ...count(files) };
  });
  // An error outside of any test, in the global set-up say, fails the run though every test passed.
  const code = Number(readFileSync(join(folder, `${name}.code`), 'utf8'));
  if (code !== 0 && found.every(({ failed }) => failed === 0)) {
    found.push({ name, passed: 0, failed: 1, note: `it ended with ${code} outside of a test` });
  }
  return found;
}

function count(files) {
  const tests = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const passed = tests.filter((status) => status === 'passed').length;
  // A file that could not be loaded has no tests.
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = tests.filter((status) => status === 'failed').length + broken;
  if (passed + failed === 0) return { passed: 0, failed: 1, note: 'no test ran' };
  const skipped = tests.length - passed - (failed - broken);
  return { passed, failed, note: skipped > 0 ? `${skipped} skipped` : '' };
}

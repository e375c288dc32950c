// Runs before `npm start`, `npm test` and `npm run check`, on whatever Node ≥ 20 there is and before anything is
// installed: plain JavaScript without dependencies. Afterwards the dependencies, among them Node 24, are in place and
// dist/ is built.
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { installIfNeeded } from './install.mjs';
import { withLock } from './lock.mjs';
import { checkPinnedNode } from './node-24.mjs';
import { Problem, report } from './problem.mjs';
import { repository } from './repository.mjs';

try {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new Problem(
      `Understudy needs Node 20 or newer to start; this is ${process.version}. It brings its own Node 24.`,
    );
  }
  const onWait = (pid) =>
    console.log(`Another npm command (process ${pid}) is installing or building: waiting for it.`);
  await withLock(
    join(repository, '.understudy', 'bootstrap.lock'),
    async () => {
      await installIfNeeded(repository);
      checkPinnedNode(repository);
      await buildIfNeeded(repository);
    },
    { onWait },
  );
} catch (error) {
  report(error);
  process.exitCode = 1;
}

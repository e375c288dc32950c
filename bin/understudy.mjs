#!/usr/bin/env node
// The command `understudy`, on whatever Node there is: the build in dist/ wants a newer one than many machines have, and
// the repository brings that.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const program = path('dist/apps/cli/src/main.js');
const newer = path('node_modules/.bin/node');

if (!existsSync(program)) {
  console.error(
    `The command understudy is not built yet: ${program} is missing. Run npm start, or npm ci && npm run build.`,
  );
  process.exitCode = 1;
} else if (Number.parseInt(process.versions.node, 10) >= 22) {
  // What was compiled once need not be compiled for the next command.
  module.enableCompileCache?.();
  await import(pathToFileURL(program).href);
} else if (existsSync(newer)) {
  const { status, error } = spawnSync(newer, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (error) console.error(`${newer} could not be run: ${error.message}`);
  process.exitCode = status ?? 1;
} else {
  console.error(
    `The command understudy needs Node 22 or newer; this is ${process.version}. Run npm ci, which brings one.`,
  );
  process.exitCode = 1;
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava, waysOn } from './java.mjs';
import { withLock } from './lock.mjs';
import { Problem, lastLines, messageOf } from './problem.mjs';
import { run } from './processes.mjs';
import { buildClassArchive } from './kafka-class-archive.mjs';

const pom = fileURLToPath(new URL('./kafka/pom.xml', import.meta.url));
// Named with its version: without, Maven would look for the newest at every run.
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Where downloads are kept from run to run: UNDERSTUDY_CACHE, by default ~/.cache/understudy. */
export const cacheFolder = () => process.env.UNDERSTUDY_CACHE || join(homedir(), '.cache', 'understudy');

/**
 * Makes sure that Kafka's jars are in the cache, fetching them by Maven where they are not. Safe when several run at
 * once: a folder appears there complete or not at all.
 *
 * @param options { say, signal }: say prints a line of progress
 * @returns { java, classPath, archive }: the java to run, the jars, and the class archive, which need not exist
 * @throws Problem without Java ≥ 17 or Maven, or when a download fails
 */
export async function ensureKafka({ say = console.log, signal } = {}) {
  const java = await findJava();
  const definition = readFileSync(pom, 'utf8');
  const version = /<kafka.version>(.+?)</.exec(definition)[1];
  const edition = createHash('sha256').update(definition).digest('hex').slice(0, 8);
  const home = join(cacheFolder(), `kafka-${version}-${edition}`);
  const archive = join(home, `java-${java.version}.jsa`);
  const locations = () => ({ java: java.command, classPath: classPathOf(join(home, 'libs')), archive });
  if (existsSync(archive)) return locations();

  await writable(cacheFolder());
  return withLock(
    `${home}.lock`,
    async () => {
      if (!existsSync(home)) await fetchJars({ home, version, say, signal });
      const found = locations();
      if (!existsSync(archive)) await buildClassArchive({ ...found, say, signal });
      return found;
    },
    { signal, onWait: (pid) => say(`Another run (process ${pid}) is fetching Kafka: waiting for it.`) },
  );
}

async function fetchJars({ home, version, say, signal }) {
  const incoming = `${home}.incoming`;
  rmSync(incoming, { recursive: true, force: true });
  say(`Kafka ${version}: fetching its jars by Maven into ${dirname(home)} (43 MB, once).`);
  let files = 0;
  const onLine = (line) => {
    if (/Downloaded from .*\.jar/.test(line) && ++files % 20 === 0) say(`  ${files} files so far`);
  };
  const args = ['-B', '-f', pom, copyGoal, `-DoutputDirectory=${join(incoming, 'libs')}`, '-DincludeScope=runtime'];
  const { code, output } = await run('mvn', args, { onLine, signal }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Problem(`Kafka's jars are fetched by Maven, and there is no command mvn.\n${waysOn}`);
  });
  if (code !== 0) {
    const errors = output.split('\n').filter((line) => line.includes('[ERROR]'));
    throw new Problem(
      `Maven could not fetch Kafka ${version} (mvn ended with ${code}):\n${lastLines(errors.slice(0, 8).join('\n') || output)}\n` +
        'A second run goes on where this one stopped. Behind a proxy or mirror, Maven wants it in ~/.m2/settings.xml.\n' +
        waysOn,
    );
  }
  const jars = readdirSync(join(incoming, 'libs'));
  if (!jars.includes(`kafka_2.13-${version}.jar`)) {
    throw new Problem(
      `Maven ended well, but kafka_2.13-${version}.jar is not among the ${jars.length} jars it copied.`,
    );
  }
  renameSync(incoming, home);
  say(`Kafka ${version}: ${jars.length} jars are in ${basename(home)}.`);
}

// In one order always: the class archive is valid for exactly one class path.
const classPathOf = (libs) =>
  readdirSync(libs)
    .sort()
    .map((jar) => join(libs, jar))
    .join(':');

async function writable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Problem(
      `The cache folder ${folder} cannot be made: ${messageOf(error)}.\nSet UNDERSTUDY_CACHE to a folder that can be written.`,
    );
  }
}

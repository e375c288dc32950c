import { join } from 'node:path';
import { Problem } from './problem.mjs';
import { run } from './processes.mjs';

/** What to do where Kafka cannot be run from its jars. */
export const waysOn = [
  'Three ways on:',
  '  - install Java 17 or newer and Maven (Debian, Ubuntu: apt install openjdk-17-jre-headless maven; macOS: brew install openjdk@17 maven)',
  '  - docker compose up, which brings its own Kafka',
  '  - KAFKA_BROKERS=host:port npm start, with a Kafka you have',
].join('\n');

/**
 * Finds Java: $JAVA_HOME/bin/java, else java on the PATH.
 *
 * @returns { command, version }, the version as Java prints it, such as 17.0.15
 * @throws Problem where there is none, or one older than 17
 */
export async function findJava() {
  const command = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { code, output } = await run(command, ['-version']).catch((error) => ({ code: error.code, output: '' }));
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (code !== 0 || version === undefined) {
    throw new Problem(`Kafka needs Java 17 or newer, and ${command} could not be run (${code}).\n${waysOn}`);
  }
  // Before 9 it was 1.8, since then 17.0.15, or 26-ea.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1]);
  if (major < 17) throw new Problem(`Kafka needs Java 17 or newer; ${command} is ${version}.\n${waysOn}`);
  return { command, version };
}

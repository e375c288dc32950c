import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, untilItAnswers } from './children.mjs';
import { formatIfNeeded, spawnBroker } from './kafka-broker.mjs';
import { freePort, isListening } from './ports.mjs';
import { endProcess } from './processes.mjs';

/**
 * Runs a broker once and keeps an archive of the classes it loaded (Java's AppCDS), which halves the time of every later
 * start and saves some 45 MB of memory. Kafka runs without it too: where it cannot be made, an empty file says so.
 */
export async function buildClassArchive({ java, classPath, archive, say, signal }) {
  say('Kafka: preparing a quick start (about 10 s, once).');
  const dataDir = mkdtempSync(join(tmpdir(), 'understudy-kafka-'));
  const record = join(dataDir, 'classes.jsa');
  const ready = `${archive}.incoming`;
  let broker;
  try {
    const [port, controllerPort] = [await freePort(), await freePort()];
    await formatIfNeeded({ dataDir, port, controllerPort, jvm: { java, classPath, archive }, signal });
    broker = spawnBroker({ dataDir, jvm: { java, classPath, archive, record }, log: join(dataDir, 'log') });
    await untilItAnswers(() => isListening(port), { exited: exitOf(broker), signal });
    // Its classes are written out as it ends, which takes some seconds.
    await endProcess(broker.pid, { graceMs: 60_000 });
    if (existsSync(record)) copyFileSync(record, ready);
    else writeFileSync(ready, '');
  } catch (error) {
    signal?.throwIfAborted();
    say(`Kafka: no quick start on this Java (${error.message}); it runs all the same.`);
    writeFileSync(ready, '');
  } finally {
    if (broker?.pid) await endProcess(broker.pid, { graceMs: 0 });
    rmSync(dataDir, { recursive: true, force: true });
  }
  renameSync(ready, archive);
}

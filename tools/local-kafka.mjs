import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureKafka } from './kafka-jars.mjs';
import { formatIfNeeded, settingsFile, spawnBroker } from './kafka-broker.mjs';
import { freePort, isListening, isPortFree } from './ports.mjs';
import { quietKafkajs } from './quiet-kafkajs.mjs';
import { Problem, lastLines } from './problem.mjs';
import { commandLine, endProcess, isAlive } from './processes.mjs';
import { exitOf, untilItAnswers } from './children.mjs';

export { ensureKafka } from './kafka-jars.mjs';

/**
 * Starts Apache Kafka, one KRaft node on 127.0.0.1, and waits until it answers. What an earlier run left in the data
 * folder is kept; a broker that an earlier run left running there is ended first.
 *
 * @param options { dataDir, port, controllerPort, log, say, signal }: log is a file, by default kafka.log in dataDir
 * @returns { brokers, pid, exited, stop }: exited resolves with { code, signal } when the process has gone, by itself too
 * @throws Problem when the port is taken, Java or the jars cannot be had, or the broker does not come up
 */
export async function startKafka({ dataDir, port, controllerPort, log, say = console.log, signal }) {
  const jvm = await ensureKafka({ say, signal });
  await endLeftOverKafka(dataDir, say);
  await demandFree(port, 'Kafka');
  const listener = controllerPort ?? (await freePort());
  await demandFree(listener, "Kafka's controller");
  await formatIfNeeded({ dataDir, port, controllerPort: listener, jvm, signal });

  const logFile = log ?? join(dataDir, 'kafka.log');
  const broker = spawnBroker({ dataDir, jvm, log: logFile });
  const exited = exitOf(broker);
  const stop = async () => {
    await endProcess(broker.pid, { graceMs: 5000 });
    await exited;
    rmSync(pidFile(dataDir), { force: true });
  };
  try {
    if (broker.pid !== undefined) writeFileSync(pidFile(dataDir), String(broker.pid));
    await untilItAnswers(() => answers(port), { exited, signal });
  } catch (error) {
    if (broker.pid !== undefined) await stop();
    if (signal?.aborted || error instanceof Problem) throw error;
    throw new Problem(
      `Kafka did not start in ${dataDir}: ${error.message}. The end of ${logFile}:\n${lastLines(readText(logFile))}\n` +
        'If its data is damaged, `npm start -- --fresh` starts from empty data. If its jars are, remove the folder\n' +
        `${join(jvm.archive, '..')}.`,
    );
  }
  return { brokers: `127.0.0.1:${port}`, pid: broker.pid, exited, stop };
}

/** Ends a broker that a killed run left running in this data folder; nothing else, whatever its process id is now. */
export async function endLeftOverKafka(dataDir, say = console.log) {
  const pid = Number(readText(pidFile(dataDir)));
  if (pid && isAlive(pid) && commandLine(pid).includes(settingsFile(dataDir))) {
    say(`Ending the Kafka that an earlier run left behind (process ${pid}).`);
    await endProcess(pid);
  }
  rmSync(pidFile(dataDir), { force: true });
}

const pidFile = (dataDir) => join(dataDir, 'kafka.pid');

const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

async function demandFree(port, who) {
  if (await isPortFree(port)) return;
  throw new Problem(
    `Port ${port} of 127.0.0.1, which ${who} needs, is in use by another process.\n` +
      `End that process (lsof -i :${port} names it), choose another port (LOCAL_KAFKA_PORT=… npm start),\n` +
      `or set KAFKA_BROKERS to use a Kafka that runs already.`,
  );
}

async function answers(port) {
  if (!(await isListening(port))) return false;
  // A broker that listens may still be fenced by its controller: then it is not among the brokers of its own answer.
  const kafkajs = await import('kafkajs').catch(() => undefined);
  if (kafkajs === undefined) return true;
  quietKafkajs();
  const { Kafka, logLevel } = kafkajs.default;
  const retry = { retries: 0 };
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry,
    connectionTimeout: 2000,
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';
import { Problem, lastLines } from './problem.mjs';

const logging = fileURLToPath(new URL('./kafka/log4j2.properties', import.meta.url));

/** The settings of one KRaft node that is broker and controller, small enough to sit beside everything else on a laptop. */
const serverProperties = ({ dataDir, port, controllerPort }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'inter.broker.listener.name': 'PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': join(dataDir, 'topics'),
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  // There is one broker.
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // Fewer files, shorter start.
  'offsets.topic.num.partitions': 8,
  'transaction.state.log.num.partitions': 2,
  'share.coordinator.state.topic.num.partitions': 2,
  'log.index.size.max.bytes': 2 * 1024 * 1024,
  // A group's first member need not wait for others.
  'group.initial.rebalance.delay.ms': 0,
  // A broker that was killed may come back only when its last session is over: 9 s by default.
  'broker.session.timeout.ms': 4000,
  'broker.heartbeat.interval.ms': 1000,
  // By default half of this heap would be the cleaner's.
  'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
  'offsets.topic.segment.bytes': 16 * 1024 * 1024,
  'num.network.threads': 2,
  'num.io.threads': 4,
});

/** Where the settings of a data folder are; the path is in the broker's command line, by which its process is known. */
export const settingsFile = (dataDir) => join(dataDir, 'server.properties');

/** Writes the settings and, in a data folder that has none yet, the cluster's identity. */
export async function formatIfNeeded({ dataDir, port, controllerPort, jvm, signal }) {
  mkdirSync(dataDir, { recursive: true });
  const lines = Object.entries(serverProperties({ dataDir, port, controllerPort }));
  writeFileSync(settingsFile(dataDir), lines.map(([key, value]) => `${key}=${value}\n`).join(''));

  // Written last, so that a run killed while formatting leaves nothing that looks complete.
  const formatted = join(dataDir, 'formatted');
  if (existsSync(formatted)) return;
  rmSync(join(dataDir, 'topics'), { recursive: true, force: true });
  const cluster = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  // With `=`, since an identity may begin with a hyphen, which would make it an option.
  const args = ['kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', settingsFile(dataDir)];
  const { code, output } = await run(jvm.java, [...jvmArguments(jvm), ...args], { signal });
  if (code !== 0) throw new Problem(`Kafka could not format ${dataDir}:\n${lastLines(output)}`);
  writeFileSync(formatted, `${cluster}\n`);
}

/**
 * Starts the broker's process in a group of its own, so that a ctrl-C in the terminal reaches only the one who started
 * it and who then ends everything in order.
 */
export function spawnBroker({ dataDir, jvm, log }) {
  const out = openSync(log, 'a');
  try {
    const args = [...jvmArguments(jvm), 'kafka.Kafka', settingsFile(dataDir)];
    return spawn(jvm.java, args, { stdio: ['ignore', out, out], cwd: dataDir, detached: true });
  } finally {
    closeSync(out);
  }
}

function jvmArguments({ classPath, archive, record }) {
  const usable = statSync(archive, { throwIfNoEntry: false })?.size > 0;
  return [
    '-Xmx384m',
    // One small heap on few cores: no collector threads, no second compiler.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...(record ? [`-XX:ArchiveClassesAtExit=${record}`] : usable ? [`-XX:SharedArchiveFile=${archive}`] : []),
    '-Xlog:disable',
    '-Xlog:all=error:stderr',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${logging}`,
    '-cp',
    classPath,
  ];
}

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactoryArgs, Kafka as KafkaClient, KafkaConfig as ClientConfig, LogEntry } from 'kafkajs';
import type { Logger } from '#platform';
import { Kafka, kafkajsUnchanged, logLevel } from './kafkajs.js';

/** `ssl` is absent on plain connections, whatever kafkajs's types say. */
type SocketArguments = Omit<ISocketFactoryArgs, 'ssl'> & { ssl?: ConnectionOptions };

/** kafkajs leaves Nagle's algorithm on, which holds small requests back until the last one is acknowledged. */
function withoutDelay({ host, port, ssl, onConnect }: SocketArguments): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  return socket;
}

/** kafkajs reports each failed attempt as an error; what it means is reported by who asked. Same lines at most each 10 s. */
function quietLog(logger: Logger): (entry: LogEntry) => void {
  const lastAt = new Map<string, number>();
  return ({ namespace, level, log }) => {
    const now = Date.now();
    const line = `${namespace}: ${log.message}`;
    if (now - (lastAt.get(line) ?? 0) < 10_000) return;
    if (lastAt.size > 1_000) lastAt.clear();
    lastAt.set(line, now);
    if (level <= logLevel.ERROR) logger.warn({ kafkajs: namespace, groupId: log['groupId'] as unknown }, log.message);
    else logger.debug({ kafkajs: namespace }, log.message);
  };
}

let reported = false;

function reportUnchanged(logger: Logger): void {
  if (kafkajsUnchanged === undefined || reported) return;
  reported = true;
  logger.warn(kafkajsUnchanged);
}

/** A kafkajs client with undelayed sockets whose messages go to our log. Connects to nothing by itself. */
export function createKafka(
  brokers: readonly string[],
  clientId: string,
  logger: Logger,
  more: Partial<ClientConfig> = {},
): KafkaClient {
  reportUnchanged(logger);
  return new Kafka({
    brokers: [...brokers],
    clientId,
    socketFactory: withoutDelay,
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    logLevel: logLevel.WARN,
    logCreator: () => quietLog(logger),
    ...more,
  });
}

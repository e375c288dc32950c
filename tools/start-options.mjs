import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, Problem } from './problem.mjs';
import { repository } from './repository.mjs';
import { services } from './services.mjs';

export const usage = `npm start [-- --no-demo] [-- --fresh]

  --no-demo   run Kafka, Postgres and the services, without the demo
  --fresh     start from empty data; otherwise those of the last run are kept in .understudy

  KAFKA_BROKERS, DATABASE_URL   use these instead of a local Kafka or Postgres
  LOCAL_KAFKA_PORT (19092), LOCAL_POSTGRES_PORT (15432),
  ${services.map(({ setting, port }) => `${setting} (${port})`).join(', ')}   other ports`;

/** What a run of `npm start` was asked for, from its arguments and the environment. */
export function readOptions(args, env) {
  const flags = parse(args);
  return {
    help: flags.help,
    demo: !flags['no-demo'],
    fresh: flags.fresh,
    folder: resolve(env.UNDERSTUDY_STATE || join(repository, '.understudy')),
    brokers: env.KAFKA_BROKERS || undefined,
    databaseUrl: env.DATABASE_URL || undefined,
    kafkaPort: port(env, 'LOCAL_KAFKA_PORT', 19092),
    postgresPort: port(env, 'LOCAL_POSTGRES_PORT', 15432),
    services: services.map((service) => ({ ...service, port: port(env, service.setting, service.port) })),
  };
}

function parse(args) {
  const flag = { type: 'boolean', default: false };
  try {
    return parseArgs({ args, options: { 'no-demo': flag, fresh: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new Problem(`${messageOf(error)}\n\n${usage}`);
  }
}

function port(env, name, otherwise) {
  const text = env[name];
  if (!text) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  throw new Problem(`${name} is "${text}"; expected a port, 1 to 65535.`);
}

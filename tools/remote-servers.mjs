import { messageOf, Problem } from './problem.mjs';
import { quietKafkajs } from './quiet-kafkajs.mjs';

/** Throws a Problem where no Kafka answers at KAFKA_BROKERS. */
export async function demandKafka(brokers, signal) {
  quietKafkajs();
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 2 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } catch (error) {
    signal.throwIfAborted();
    throw new Problem(
      `KAFKA_BROKERS is ${brokers}, and no Kafka answers there (${messageOf(error)}).\n` +
        'Correct it, start that broker, or unset it: then npm start brings its own Kafka.',
    );
  } finally {
    await admin.disconnect();
  }
}

/** Throws a Problem where no Postgres lets us in by DATABASE_URL. */
export async function demandPostgres(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    throw new Problem(
      `DATABASE_URL is set, and its Postgres does not let us in (${messageOf(error)}).\n` +
        'Correct it, start that server, or unset it: then npm start brings its own Postgres.',
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

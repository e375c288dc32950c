import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** How far those who are told of events have been told. */
export class Notifications1764000000020 implements MigrationInterface {
  readonly name = 'Notifications1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(notificationSinks + eventReaders);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_readers, notification_sinks');
  }
}

const notificationSinks = `
  CREATE TABLE notification_sinks (
    endpoint text COLLATE "C" NOT NULL REFERENCES endpoints (name),
    address text COLLATE "C" NOT NULL,
    settings jsonb NOT NULL,
    told bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    last_error text,
    PRIMARY KEY (endpoint, address)
  );
  ${commentOn('notification_sinks', 'One row a webhook that is told of the events of an endpoint.', {
    endpoint: 'The endpoint',
    address: 'Its address, or the reference by which the deployer finds it (env:NAME, file:name)',
    settings: 'What stands of it in the manifest, defaults filled in',
    told: 'Id of the last event that it was told, that was not for it, or that was given up',
    attempts: 'Attempts that have failed since the last one that worked',
    next_at: 'Before that nothing is sent to it',
    last_error: 'Why the last attempt failed; null where it worked',
  })}
`;

const eventReaders = `
  CREATE TABLE event_readers (
    name text COLLATE "C" PRIMARY KEY,
    told bigint NOT NULL
  );
  INSERT INTO event_readers (name, told) VALUES ('topic', 0);
  ${commentOn('event_readers', 'One row a reader of the events of all endpoints.', {
    name: 'topic: the Kafka topic of events',
    told: 'Id of the last event that it has',
  })}
`;

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What the deployer writes: endpoints, versions, rollouts, traffic plans (its outbox) and events. */
export class ControlTables1764000000001 implements MigrationInterface {
  readonly name = 'ControlTables1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(endpoints + modelVersions + deployments + trafficPlans + deploymentEvents);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deployment_events, traffic_plans, deployments, model_versions, endpoints');
  }
}

const endpoints = `
  CREATE TABLE endpoints (
    name text COLLATE "C" PRIMARY KEY,
    manifest jsonb NOT NULL,
    revision integer NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    rollout integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  );
  ${commentOn(
    'endpoints',
    'One row an endpoint: what was asked for, and where it stands. A deleted one keeps its row.',
    {
      name: 'The endpoint: part of topic names and addresses',
      manifest: 'The manifest as it was given: durations as text such as "10m", artifacts as they were resolved',
      revision: 'Grows by one with every change of the manifest',
      epoch: 'Epoch of the newest traffic plan',
      rollout: 'The present rollout: see deployments',
      created_at: 'When the endpoint was first applied',
      updated_at: 'When the manifest last changed',
      deleted_at: 'When the endpoint was deleted; null while it serves',
    },
  )}
`;

const modelVersions = `
  CREATE TABLE model_versions (
    endpoint text COLLATE "C" NOT NULL REFERENCES endpoints (name),
    version text COLLATE "C" NOT NULL,
    runtime text NOT NULL,
    artifact text NOT NULL,
    sha256 text,
    spec jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (endpoint, version)
  );
  ${commentOn(
    'model_versions',
    'Every version an endpoint ever had. A version is the SHA-256 of its artifact for good.',
    {
      endpoint: 'The endpoint',
      version: 'Name of the version within the endpoint',
      runtime: 'How the model is run, e.g. onnx',
      artifact: 'Absolute path of the model file, or the address of an upstream server',
      sha256: 'SHA-256 of the artifact, lower-case hex; null for an upstream server',
      spec: 'The version as the manifest declares it',
      created_at: 'When the version was first seen',
      retired_at: 'When it left the manifest; null while it is listed',
    },
  )}
`;

const deployments = `
  CREATE TABLE deployments (
    endpoint text COLLATE "C" NOT NULL REFERENCES endpoints (name),
    rollout integer NOT NULL,
    revision integer NOT NULL,
    strategy text NOT NULL,
    spec jsonb NOT NULL,
    state jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'paused', 'succeeded', 'failed', 'superseded')),
    verdict jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    evidence_seq bigint,
    PRIMARY KEY (endpoint, rollout)
  );
  ${commentOn('deployments', 'One row a rollout: a strategy at work from its start to its end.', {
    endpoint: 'The endpoint',
    rollout: 'Counts the rollouts of the endpoint from 1',
    revision: 'Revision of the manifest that began it',
    strategy: 'single, silent, canary, bandit, …',
    spec: 'The spec of the strategy, complete with defaults',
    state: 'What the strategy keeps between evaluations',
    status: 'running or paused while at work; succeeded, failed or superseded once ended',
    verdict: 'What the strategy last said of the evidence, with its checks',
    started_at: 'When the rollout began',
    ended_at: 'When it ended; null while at work',
    evidence_seq: 'Sequence number of the evidence that the verdict rests on',
  })}
`;

const trafficPlans = `
  CREATE TABLE traffic_plans (
    endpoint text COLLATE "C" NOT NULL REFERENCES endpoints (name),
    epoch bigint NOT NULL,
    revision integer NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    plan jsonb NOT NULL,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    PRIMARY KEY (endpoint, epoch)
  );
  CREATE INDEX traffic_plans_by_step ON traffic_plans (endpoint, rollout, step, epoch);
  CREATE INDEX traffic_plans_to_publish ON traffic_plans (endpoint, epoch) WHERE published_at IS NULL;
  ${commentOn(
    'traffic_plans',
    'Every traffic plan there was; rows without published_at are the outbox of the topic plans.',
    {
      endpoint: 'The endpoint',
      epoch: 'Grows by one with every plan of the endpoint; routers never go back to a smaller one',
      revision: 'Revision of the manifest in force',
      rollout: 'The rollout that made it',
      step: 'Stretch of constant weights within the rollout; its first plan says what the weights were',
      plan: 'The plan as it was published (TrafficPlan)',
      reason: 'Why the traffic moved, in words',
      created_at: 'When the plan was made',
      published_at: 'When Kafka acknowledged it; null until then',
    },
  )}
`;

const deploymentEvents = `
  CREATE TABLE deployment_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL REFERENCES endpoints (name),
    rollout integer,
    at timestamptz NOT NULL DEFAULT now(),
    type text NOT NULL,
    actor text NOT NULL,
    reason text,
    detail jsonb
  );
  CREATE INDEX deployment_events_newest ON deployment_events (endpoint, id DESC);
  ${commentOn('deployment_events', 'What happened to an endpoint, in order.', {
    id: 'Order of the events',
    endpoint: 'The endpoint',
    rollout: 'The rollout it belongs to; null for what concerns the endpoint as a whole',
    at: 'When it happened',
    type: 'What happened, e.g. applied, advanced, promoted, rolled-back, paused, deleted',
    actor: 'Who did it: the strategy, an operator, a service',
    reason: 'Why, in words',
    detail: 'Numbers and names that belong to it',
  })}
`;

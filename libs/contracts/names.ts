import { z } from 'zod';

/** An endpoint's name: lower case letters, digits and inner hyphens, 1 to 63 characters; it becomes part of topic names. */
export const endpointName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'expected an endpoint name: lower case letters, digits and inner hyphens, 1 to 63 characters',
  );

/** A model version's name: letters, digits, dot, underscore and hyphen, 1 to 63 characters, not starting with a sign. */
export const versionName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'expected a version name: letters, digits, ".", "_" and "-", 1 to 63 characters, starting with a letter or digit',
  );

/**
 * A request's id, or a routing key: 1 to 1024 characters, none of them a control character or half of a surrogate pair,
 * so that it can be a header, a Kafka key and a text in Postgres.
 */
export const identifier = z
  .string()
  .max(1024, 'expected at most 1024 characters')
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'expected 1 to 1024 printable characters');

/** The services of Understudy. */
export const appNames = ['ingress', 'router', 'model-worker', 'recorder', 'feedback', 'deployer'] as const;
export type AppName = (typeof appNames)[number];

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

/** The services of Understudy. */
export const appNames = ['ingress', 'router', 'model-worker', 'recorder', 'feedback', 'deployer'] as const;
export type AppName = (typeof appNames)[number];

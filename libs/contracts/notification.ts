import { z } from 'zod';

/**
 * When somebody is told: a rollout begins, its traffic moves, its verdict changes, it has ended with the version it was for, it was taken
 * back; `event`: whatever stands in the endpoint's history.
 */
export const notificationPoints = ['rollout', 'step', 'verdict', 'promoted', 'rolled-back', 'event'] as const;
export type NotificationPoint = (typeof notificationPoints)[number];

/** Where the deployer finds a secret; a manifest never holds one. */
export const secretReference = z
  .object({
    /** A variable of the deployer's environment. */
    env: z
      .string()
      .regex(
        /^UNDERSTUDY_SECRET_[A-Z0-9_]+$/,
        'expected the name of a variable that begins with "UNDERSTUDY_SECRET_", in capitals',
      )
      .optional(),
    /** A file in the deployer's `SECRETS_FOLDER`. */
    file: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected the name of a file in SECRETS_FOLDER, without a path')
      .optional(),
  })
  .strict()
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), 'expected either "env" or "file"');
export type SecretReference = z.infer<typeof secretReference>;

export const webhookSpec = z
  .object({
    url: z.url({ protocol: /^https?$/, error: 'expected an address such as "https://example.com/hook"' }).optional(),
    /** In place of `url`, where the address is a secret itself. */
    urlFrom: secretReference.optional(),
    /** What deliveries are signed with; `json` needs it. */
    secretFrom: secretReference.optional(),
    /** `slack`: an object with `text`, which Slack and its like show. */
    format: z.enum(['json', 'slack']).default('json'),
  })
  .strict()
  .refine(({ url, urlFrom }) => (url === undefined) !== (urlFrom === undefined), {
    path: ['url'],
    message: 'expected either "url" or "urlFrom"',
  })
  .refine(({ format, secretFrom }) => format === 'slack' || secretFrom !== undefined, {
    path: ['secretFrom'],
    message: 'expected { env } or { file }, which deliveries are signed with',
  });
export type WebhookSpec = z.infer<typeof webhookSpec>;

/** Somebody to be told, and when. */
export const notification = z
  .object({
    webhook: webhookSpec,
    on: z.array(z.enum(notificationPoints)).min(1).default(['rollout', 'step', 'promoted', 'rolled-back']),
  })
  .strict();
export type Notification = z.infer<typeof notification>;

/** What tells the webhooks of an endpoint apart: the address, or where it is found. */
export const addressOf = ({ url, urlFrom }: WebhookSpec): string => url ?? referenceText(urlFrom ?? {});

/** `env:NAME` or `file:name`. */
export const referenceText = ({ env, file }: SecretReference): string =>
  env === undefined ? `file:${file ?? ''}` : `env:${env}`;

export const notifications = z
  .array(notification)
  .max(20)
  .refine(
    (list) => new Set(list.map(({ webhook }) => addressOf(webhook))).size === list.length,
    'expected each address once: put all that it is to be told into its "on"',
  );

import { z } from 'zod';

/** What is wrong with the environment, all of it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** `"a, b"` → `['a', 'b']`; empty parts are left out. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** A port from its text, 0 to 65535; 0 = any free one. */
export const portNumber = z.coerce.number('expected a port, 0 to 65535').int().min(0).max(65_535);

/** A count or an amount from its text. */
export const positiveInteger = z.coerce.number('expected a positive integer').int().min(1);

/** `true` or `false`. */
export const flag = z
  .enum(['true', 'false'], 'expected "true" or "false"')
  .default('false')
  .transform((text) => text === 'true');

/** Variables that every service has; put them into the service's own `z.object({ ...platformEnv, … })`. */
export const platformEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address that the HTTP port binds to.'),
  AUTH: z
    .enum(['none'])
    .default('none')
    .describe('How callers are told apart: `none`, and then only on loopback unless ALLOW_INSECURE says otherwise.'),
  ALLOW_INSECURE: flag.describe('`true`: the network is private, so that AUTH=none beyond loopback is meant.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.'),
  INSTANCE_ID: z.string().min(1).optional().describe('Unique name of this instance; absent: the service and a UUID.'),
};

export type PlatformConfig = z.infer<z.ZodObject<typeof platformEnv>>;

/**
 * Reads the environment by a schema. Variables that are empty count as absent.
 *
 * @throws ConfigError with every variable that is wrong and what was expected of it.
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      const value = given[name];
      return `${name}${value === undefined ? '' : `=${value}`}: ${issue.message}`;
    }),
  );
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Refuses an address that others can reach while nobody is asked who they are. */
export function checkExposure(config: PlatformConfig): void {
  if (config.ALLOW_INSECURE || loopback.test(config.HOST)) return;
  throw new ConfigError([
    `HOST=${config.HOST}: AUTH=${config.AUTH} is for loopback only. Use HOST=127.0.0.1, or ALLOW_INSECURE=true where the network is private.`,
  ]);
}

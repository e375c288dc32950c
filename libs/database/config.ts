import { z } from 'zod';

/** Variables of the services that use Postgres: recorder, feedback, deployer. */
export const databaseEnv = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, 'expected postgres://user:password@host:port/database')
    .default('postgres://understudy:understudy@127.0.0.1:15432/understudy')
    .describe('The database: postgres://user:password@host:port/database.'),
};
export type DatabaseConfig = z.infer<z.ZodObject<typeof databaseEnv>>;

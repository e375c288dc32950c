import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER, type Logger, Readiness, ServiceInfo } from '#platform';
import type { DatabaseConfig } from './config.js';
import { Database } from './database.js';

/** `Database` for injection anywhere in the service; it is ready while Postgres answers, and closed last of all. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    readiness: Readiness,
  ) {
    readiness.add('postgres', () => database.isUp || 'a server that answers, with its schema in place');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }

  /** @param connections at most */
  static for(config: DatabaseConfig, connections?: number): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [ServiceInfo, LOGGER],
          useFactory: ({ app }: ServiceInfo, logger: Logger) =>
            new Database({
              url: config.DATABASE_URL,
              application: app,
              ...(connections === undefined ? {} : { connections }),
              onProblem: (problem) => logger.warn({ err: problem }, 'postgres'),
              onNote: (note) => logger.warn(note),
            }),
        },
      ],
      exports: [Database],
    };
  }
}

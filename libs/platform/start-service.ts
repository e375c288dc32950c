import 'reflect-metadata';
import { type DynamicModule, Module, type NestApplicationOptions, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';
import type { z } from 'zod';
import type { AppName } from '#contracts';
import { checkExposure, loadConfig, type PlatformConfig } from './config.js';
import { createLogger, type Logger, NestLogger } from './logger.js';
import { PlatformModule } from './platform.module.js';
import { ServiceInfo } from './service-info.js';
import { UnaskedConnections } from './unasked-connections.js';

/** How a service is put together. */
export interface ServiceDefinition<Config extends PlatformConfig> {
  readonly app: AppName;
  /** `z.object({ ...platformEnv, … })` */
  readonly env: z.ZodType<Config>;
  /** The service's one HTTP port; 0 = any free one. */
  readonly port: (config: Config) => number;
  readonly module: (config: Config) => DynamicModule | Type;
  /** Strategies (injectable classes) that feed the controllers' handlers, e.g. `KafkaBatchServer`. */
  readonly transports: readonly Type<CustomTransportStrategy>[];
  readonly fastify?: FastifyServerOptions;
  /** Called before the port opens: raw routes, parsers, limits. */
  readonly configure?: (app: NestFastifyApplication, config: Config) => void | Promise<void>;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** The port that it really listens on. */
  readonly port: number;
  /** Finishes what is in hand, commits, leaves. */
  stop(): Promise<void>;
}

@Module({})
class RootModule {}

/**
 * Starts a service in this process: HTTP first (alive, not ready), then its transports. Used by `runService` and by
 * tests, which give the environment themselves.
 *
 * @throws ConfigError where the environment is wrong
 */
export async function startService<Config extends PlatformConfig>(
  definition: ServiceDefinition<Config>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RunningService> {
  const config = loadConfig(definition.env, env);
  checkExposure(config);
  const service = new ServiceInfo(definition.app, config.INSTANCE_ID);
  const logger = createLogger(service, config.LOG_LEVEL);
  const root: DynamicModule = {
    module: RootModule,
    imports: [PlatformModule.for(service, logger), definition.module(config)],
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
  const options: NestApplicationOptions = { logger: new NestLogger(logger), abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    new FastifyAdapter(definition.fastify ?? {}),
    options,
  );
  try {
    for (const transport of definition.transports) app.connectMicroservice({ strategy: app.get(transport) });
    await definition.configure?.(app, config);
    const unasked = new UnaskedConnections(app.getHttpServer());
    await app.listen(definition.port(config), config.HOST);
    const port = portOf(app.getHttpServer().address());
    logger.info({ port }, 'listening');
    await app.startAllMicroservices();
    return { app, logger, port, stop: () => stop(app, unasked) };
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}

/** A request that was on its way when the stop began is still answered, if it comes within so many ms. */
const lastRequestMs = 1_000;

/** Connections that answer a last request now would else be kept for the next one, and the stop would wait for them. */
async function stop(app: NestFastifyApplication, unasked: UnaskedConnections): Promise<void> {
  const server = app.getHttpServer();
  server.keepAliveTimeout = 1;
  server.keepAliveTimeoutBuffer = 0;
  const ending = setInterval(() => unasked.end(), lastRequestMs);
  try {
    await app.close();
  } finally {
    clearInterval(ending);
  }
}

function portOf(address: unknown): number {
  if (typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number')
    return address.port;
  throw new Error('the HTTP server has no port');
}

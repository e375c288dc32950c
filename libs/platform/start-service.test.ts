import { once } from 'node:events';
import { connect } from 'node:net';
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { expect, it } from 'vitest';
import { platformEnv } from './config.js';
import { startService } from './start-service.js';

@Module({})
class Nothing {}

it('stops though somebody holds a connection on which nothing was ever asked', async () => {
  const service = await startService(
    { app: 'router', env: z.object(platformEnv), port: () => 0, module: () => Nothing, transports: [] },
    { LOG_LEVEL: 'silent' },
  );
  const unasked = connect(service.port, '127.0.0.1');
  await once(unasked, 'connect');
  // Answered after the other was accepted: the server knows of it.
  expect((await fetch(`http://127.0.0.1:${service.port}/health/live`)).status).toBe(200);
  const closed = once(unasked, 'close');
  await service.stop();
  await closed;
});

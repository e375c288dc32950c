import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ClientKafka } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import { answerParent, ownSettings } from '../harness/answer-parent.js';
import { closedLoop } from '../harness/closed-loop.js';
import { payload } from '../harness/payload.js';
import type { LoadQuestion } from '../harness/run-loads.js';
import type { NestSettings } from './nest-server.js';

const { brokers, pattern } = ownSettings() as NestSettings;

await answerParent(async () => {
  Logger.overrideLogger(['fatal']);
  const client = new ClientKafka({ client: { brokers }, consumer: { groupId: pattern } });
  client.subscribeToResponseOf(pattern);
  await client.connect();
  const ask = () => firstValueFrom(client.send(pattern, payload));

  // Neither side says when it has joined its group: until both have, requests fail or get lost.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await firstValueFrom(client.send(pattern, payload).pipe(timeout(1_000)));
      break;
    } catch (error) {
      if (attempt === 30) throw error;
      await sleep(200);
    }
  }
  return { answer: (load: LoadQuestion) => closedLoop(load, ask), stop: () => client.close() };
});

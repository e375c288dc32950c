import 'reflect-metadata';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { answerParent, ownSettings } from '../harness/answer-parent.js';

export interface NestSettings {
  readonly brokers: string[];
  /** The pattern, hence the topic. */
  readonly pattern: string;
}

const { brokers, pattern } = ownSettings() as NestSettings;

await answerParent(async () => {
  @Controller()
  class EchoController {
    @MessagePattern(pattern)
    echo(@Payload() body: unknown): unknown {
      return body;
    }
  }

  @Module({ controllers: [EchoController] })
  class EchoModule {}

  Logger.overrideLogger(['fatal']);
  const options: MicroserviceOptions = {
    transport: Transport.KAFKA,
    options: { client: { brokers }, consumer: { groupId: pattern } },
  };
  // Nest declares these options as a class and takes literals, as its documentation shows.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(EchoModule, options);
  await app.listen();
  return { answer: () => Promise.resolve(null), stop: () => app.close() };
});

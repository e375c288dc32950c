import { ClientKafka } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digit, digitsManifest, v1Question, v2Question } from '#testing';
import { useStack } from './use-stack.js';

describe('NestJS’s own ClientKafka calls a model with send(), unchanged', () => {
  const stack = useStack();
  const name = 'by-nest';
  let client: ClientKafka | undefined;
  let pattern: string;

  beforeAll(async () => {
    const { control, upstream, brokers, prefix } = stack();
    await control.apply(digitsManifest(name, { single: { version: 'v2' } }));
    pattern = upstream.topic('requests', { endpoint: name });
    // Nest's convention: answers to a pattern come in `<pattern>.reply`.
    await upstream.createTopic(`${pattern}.reply`, 2);
    client = new ClientKafka({
      client: { clientId: 'shop', brokers: brokers.split(','), logCreator: () => () => undefined },
      consumer: { groupId: `${prefix}.shop` },
    });
    client.subscribeToResponseOf(pattern);
    await client.connect();
  });

  afterAll(async () => {
    await client?.close();
  });

  const send = (body: unknown): Promise<unknown> =>
    firstValueFrom(client!.send<unknown>(pattern, body).pipe(timeout(60_000)));

  it('gets the answer', async () => {
    expect(await send(v2Question(digit(0)))).toMatchObject({ model_name: name, model_version: 'v2' });
    expect(await send(v1Question(digit(0), digit(1)))).toMatchObject({
      predictions: [expect.anything(), expect.anything()],
    });
  });

  it('gets each answer to its own question', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `order-${index}`);
    const answers = await Promise.all(ids.map((id, index) => send({ id, ...v2Question(digit(index)) })));
    expect(answers.map((answer) => (answer as { id: string }).id)).toEqual(ids);
  });

  it('gets a failure as a failure', async () => {
    await expect(
      send({ inputs: [{ name: 'pixels', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] }),
    ).rejects.toSatisfy((error) => /pixels|shape/.test(JSON.stringify(error) + String(error)));
  });
});

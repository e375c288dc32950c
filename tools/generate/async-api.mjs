import { z } from 'zod';
import { topics } from '../../dist/libs/contracts/index.js';

const jsonSchema = (schema) =>
  schema === null
    ? {
        type: 'object',
        description: 'The caller’s own body: Open Inference Protocol V2 (`inputs`) or KServe V1 (`instances`).',
      }
    : z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** AsyncAPI 3 of every topic, from the registry in `libs/contracts/topics.ts`. */
export function asyncApi() {
  const channels = {};
  const operations = {};
  for (const [id, topic] of Object.entries(topics)) {
    const parameters = [...topic.name.matchAll(/<(\w+)>/g)].map(([, name]) => name);
    channels[id] = {
      address: `understudy.${topic.name.replaceAll('<', '{').replaceAll('>', '}')}`,
      description: topic.description,
      ...(parameters.length > 0 && {
        parameters: Object.fromEntries(parameters.map((name) => [name, { description: `The ${name}’s name.` }])),
      }),
      messages: { [id]: { contentType: 'application/json', payload: jsonSchema(topic.schema) } },
      bindings: { kafka: { partitions: topic.partitions, topicConfiguration: topicConfiguration(topic.config) } },
    };
    const channel = { $ref: `#/channels/${id}` };
    for (const app of topic.writers)
      operations[`${app}-sends-${id}`] = { action: 'send', channel, tags: [{ name: app }] };
    for (const app of topic.readers)
      operations[`${app}-receives-${id}`] = { action: 'receive', channel, tags: [{ name: app }] };
  }
  return JSON.stringify({
    asyncapi: '3.0.0',
    info: {
      title: 'Understudy',
      version: '0.1.0',
      description: 'Topics of Understudy. The prefix `understudy` is configuration.',
    },
    channels,
    operations,
  });
}

function topicConfiguration(config) {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (name === 'cleanup.policy') return [name, value.split(',')];
      return [name, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value];
    }),
  );
}

import { expect, it } from 'vitest';
import { createLogger, NestLogger } from './logger.js';

function collected(): { lines: () => Record<string, unknown>[]; write: (line: string) => void } {
  const written: string[] = [];
  return {
    write: (line) => void written.push(line),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

it('writes JSON lines that say who speaks', () => {
  const to = collected();
  createLogger({ app: 'router', instance: 'router-1' }, 'info', to).info({ port: 7 }, 'listening');
  expect(to.lines()).toMatchObject([{ app: 'router', instance: 'router-1', port: 7, msg: 'listening' }]);
});

it('takes Nest’s messages with their context, and its start-up chatter one level down', () => {
  const to = collected();
  const nest = new NestLogger(createLogger({ app: 'router', instance: 'router-1' }, 'info', to));
  nest.log('Nest application successfully started', 'NestApplication');
  nest.error(new Error('broken'), 'Requests');
  expect(to.lines()).toMatchObject([{ context: 'Requests', msg: 'broken', err: { message: 'broken' } }]);
});

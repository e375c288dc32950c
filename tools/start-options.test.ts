import { describe, expect, it } from 'vitest';
import { readOptions } from './start-options.mjs';

describe('the options of npm start', () => {
  it('are the demo, the data of last time and local servers on fixed ports, unless told otherwise', () => {
    expect(readOptions([], {})).toMatchObject({
      demo: true,
      fresh: false,
      brokers: undefined,
      databaseUrl: undefined,
      kafkaPort: 19092,
      postgresPort: 15432,
      services: [
        { name: 'ingress', port: 8080 },
        { name: 'deployer', port: 8081 },
        { name: 'router', port: 8082 },
        { name: 'model-worker', port: 8083 },
        { name: 'recorder', port: 8084 },
        { name: 'feedback', port: 8085 },
      ],
    });
  });

  it('come from arguments and the environment', () => {
    const env = {
      KAFKA_BROKERS: 'broker:9092',
      DATABASE_URL: 'postgres://db/x',
      ROUTER_PORT: '9999',
      INGRESS_PORT: '',
    };
    const options = readOptions(['--no-demo', '--fresh'], env);
    expect(options).toMatchObject({ demo: false, fresh: true, brokers: 'broker:9092', databaseUrl: 'postgres://db/x' });
    expect(options.services.find(({ name }) => name === 'router')?.port).toBe(9999);
    expect(options.services.find(({ name }) => name === 'ingress')?.port).toBe(8080);
  });

  it('are refused with what was expected', () => {
    expect(() => readOptions(['--nodemo'], {})).toThrow(/--nodemo.*npm start \[-- --no-demo\]/s);
    expect(() => readOptions([], { FEEDBACK_PORT: '70000' })).toThrow(
      'FEEDBACK_PORT is "70000"; expected a port, 1 to 65535.',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkExposure, ConfigError, loadConfig, platformEnv, portNumber } from './config.js';

const schema = z.object({ ...platformEnv, HEALTH_PORT: portNumber.default(8082) });

describe('loadConfig', () => {
  it('fills in defaults; an empty variable counts as absent', () => {
    expect(loadConfig(schema, { HOST: '', HEALTH_PORT: '0' })).toMatchObject({ HOST: '127.0.0.1', HEALTH_PORT: 0 });
  });

  it('names everything that is wrong at once', () => {
    const load = (): unknown => loadConfig(schema, { HEALTH_PORT: 'many', LOG_LEVEL: 'loud' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/HEALTH_PORT=many[^]*LOG_LEVEL=loud|LOG_LEVEL=loud[^]*HEALTH_PORT=many/);
  });
});

describe('checkExposure', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('lets %s pass', (HOST) => {
    checkExposure(loadConfig(schema, { HOST }));
  });

  it('refuses to be reached by everybody while nobody is asked who they are', () => {
    expect(() => checkExposure(loadConfig(schema, { HOST: '0.0.0.0' }))).toThrow(/ALLOW_INSECURE/);
    checkExposure(loadConfig(schema, { HOST: '0.0.0.0', ALLOW_INSECURE: 'true' }));
  });
});

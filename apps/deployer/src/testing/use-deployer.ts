import { afterAll, beforeAll, expect } from 'vitest';
import type { EndpointView } from '#contracts';
import type { RunningService } from '#platform';
import { ControlClient } from '#testing';
import { Harness } from './harness.js';

export interface UsedDeployer {
  readonly harness: Harness;
  readonly control: ControlClient;
  readonly service: () => RunningService;
  readonly origin: () => string;
  /** Address of a path below `/api/v1`. */
  readonly url: (path: string) => string;
  /** Applies `Harness.manifest` and gives the endpoint as it stands then; fails where the manifest is refused. */
  readonly apply: (name: string, strategy: object, changes?: object) => Promise<EndpointView>;
}

/** One deployer for the tests of a file: started before the first, stopped after the last. What it gives back is of use while tests run. */
export function useDeployer(): UsedDeployer {
  const harness = new Harness();
  let running: RunningService | undefined;
  beforeAll(async () => {
    await harness.open();
    running = await harness.start();
  });
  afterAll(() => harness.close());
  const service = (): RunningService => {
    if (running === undefined) throw new Error('the deployer is there only while tests run');
    return running;
  };
  const origin = (): string => `http://127.0.0.1:${service().port}`;
  const url = (path: string): string => `${origin()}/api/v1${path}`;
  const control = new ControlClient(origin);
  const apply = async (name: string, strategy: object, changes: object = {}): Promise<EndpointView> => {
    const answer = await control.put(name, harness.manifest(name, strategy, changes));
    expect(answer.body).toMatchObject({ name });
    return answer.body as unknown as EndpointView;
  };
  return { harness, control, service, origin, url, apply };
}

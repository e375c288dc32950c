import type { EndpointEvent, EndpointSummary, EndpointView, SteeringVerb, TrafficPlan, Verdict } from '#contracts';
import { eventually } from './eventually.js';
import { http, type HttpAnswer } from './http.js';

/** The deployer's API, and waiting for what it shows. */
export class ControlClient {
  constructor(private readonly url: () => string) {}

  /** PUTs a manifest (an object, or YAML text) and gives back whatever came, errors too. */
  put(name: string, manifest: unknown, wait?: string): Promise<HttpAnswer<Record<string, unknown>>> {
    const query = wait === undefined ? '' : `?wait=${wait}`;
    const headers = { 'content-type': typeof manifest === 'string' ? 'application/yaml' : 'application/json' };
    return http(`${this.address(name)}${query}`, { method: 'PUT', body: manifest, headers });
  }

  /** PUTs a manifest that must be accepted and waits until the endpoint is ready. */
  async apply(manifest: { metadata: { name: string } }, wait = '30s'): Promise<EndpointView> {
    const answer = await this.put(manifest.metadata.name, manifest, wait);
    if (answer.status >= 300) throw new Error(`PUT was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return this.awaitView(manifest.metadata.name, (view) => view.ready, 'the endpoint ready');
  }

  async list(): Promise<EndpointSummary[]> {
    return (await http<EndpointSummary[]>(`${this.url()}/api/v1/endpoints`)).body;
  }

  async view(name: string): Promise<EndpointView> {
    const answer = await http<EndpointView>(this.address(name));
    if (answer.status !== 200)
      throw new Error(`GET ${name} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async events(name: string): Promise<EndpointEvent[]> {
    return (await http<EndpointEvent[]>(`${this.address(name)}/events`)).body;
  }

  steer(name: string, verb: SteeringVerb, body?: unknown): Promise<HttpAnswer<Record<string, unknown>>> {
    return http(`${this.address(name)}/${verb}`, { method: 'POST', body: body ?? {} });
  }

  remove(name: string): Promise<HttpAnswer> {
    return http(this.address(name), { method: 'DELETE' });
  }

  /** Waits for a state of the endpoint; the last one seen is part of the error. */
  async awaitView(
    name: string,
    holds: (view: EndpointView) => boolean,
    what: string,
    timeoutMs = 60_000,
  ): Promise<EndpointView> {
    let last: EndpointView | undefined;
    try {
      return await eventually(
        async () => {
          last = await this.view(name);
          return holds(last) ? last : undefined;
        },
        { timeoutMs, what },
      );
    } catch (cause) {
      throw new Error(`${what} did not come within ${timeoutMs / 1000} s; last seen: ${inShort(last)}`, { cause });
    }
  }

  async awaitPlan(
    name: string,
    holds: (plan: TrafficPlan) => boolean,
    what: string,
    timeoutMs?: number,
  ): Promise<TrafficPlan> {
    return (await this.awaitView(name, (view) => holds(view.plan), what, timeoutMs)).plan;
  }

  async awaitVerdict(
    name: string,
    holds: (verdict: Verdict) => boolean,
    what: string,
    timeoutMs?: number,
  ): Promise<Verdict> {
    const judged = (view: EndpointView): boolean => view.verdict !== null && holds(view.verdict);
    const { verdict } = await this.awaitView(name, judged, what, timeoutMs);
    if (verdict === null) throw new Error('unreachable: the verdict was seen');
    return verdict;
  }

  private address(name: string): string {
    return `${this.url()}/api/v1/endpoints/${name}`;
  }
}

/** The version that has all of the traffic, undefined where it is shared. */
export const soleVersion = (plan: TrafficPlan): string | undefined =>
  plan.allocation.find((entry) => entry.weight === 1)?.version;

/** A version's weight in a plan, 0 where it has none. */
export const weightOf = (plan: TrafficPlan, version: string): number =>
  plan.allocation.find((entry) => entry.version === version)?.weight ?? 0;

function inShort(view: EndpointView | undefined): string {
  if (view === undefined) return 'nothing';
  const { plan, rollout, verdict, ready, waitsFor, versions } = view;
  const evidence = versions.map(({ version, workers, failure, evidence: arm }) => ({
    version,
    workers,
    failure,
    ...arm,
  }));
  return JSON.stringify(
    { ready, waitsFor, rollout, epoch: plan.epoch, allocation: plan.allocation, verdict, evidence },
    null,
    1,
  );
}

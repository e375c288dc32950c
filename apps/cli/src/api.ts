import {
  artifactPath,
  columnsHeader,
  loggedRequest,
  readColumns,
  type ApplyAnswer,
  type AuditLine,
  type BacktestRequest,
  type BacktestView,
  type BrokenGlass,
  type DeadLetterView,
  type EndpointEvent,
  type EndpointSummary,
  type EndpointView,
  type ExportedColumn,
  type ForgetLine,
  type ForgetRequest,
  type LoggedRequest,
  type PlanView,
  type RolloutView,
  type ReplayReport,
  type ReplayRequest,
  type StatusView,
  type SteeringVerb,
  type TemplateView,
  type WholeDeadLetter,
} from '#contracts';
import { ApiError, messageOf } from './errors.js';
import { readFrameLine } from './watching/read-frame-line.js';

/** Where the services are. */
export interface Addresses {
  readonly deployer: string;
  readonly ingress: string;
  readonly feedback: string;
}

/** Which dead letters are asked for. */
export interface DeadLetterFilter {
  readonly topic?: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly since?: string;
}

interface Call {
  readonly method?: string;
  readonly body?: string | ReadableStream;
  readonly headers?: Record<string, string>;
  /** For a body that is a stream. */
  readonly duplex?: 'half';
}

/** What became of truths that were sent. */
interface TruthAnswer {
  readonly accepted: number;
  /** By their place among those that were sent. */
  readonly rejected: readonly { readonly index: number; readonly error: string }[];
}

const json = { 'content-type': 'application/json' };

/** The services' HTTP APIs, as far as commands need them. Throws ApiError on every answer that is not a success. */
export class Api {
  constructor(private readonly addresses: Addresses) {}

  /** Applies manifests, all or none. @param how `wait` for routers and workers at most this long; `retry`: a candidate that failed */
  async applyAll(
    manifests: readonly unknown[],
    how: { dryRun?: boolean; force?: boolean; retry?: boolean; wait?: string; actor: string },
  ): Promise<ApplyAnswer> {
    const { actor, ...options } = how;
    const given = Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]);
    const url = `${this.addresses.deployer}/api/v1/apply?${new URLSearchParams(given).toString()}`;
    const headers = { ...json, 'x-actor': actor };
    const response = await this.call(url, { method: 'POST', body: JSON.stringify(manifests), headers });
    return (await response.json()) as ApplyAnswer;
  }

  /** Whether the deployer has an artifact; null where it takes none at all. */
  async hasArtifact(sha256: string): Promise<boolean | null> {
    try {
      await this.call(this.addresses.deployer + artifactPath(sha256), { method: 'HEAD' });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return false;
      if (error.status === 501) return null;
      throw error;
    }
  }

  async sendArtifact(sha256: string, bytes: number, source: AsyncIterable<Uint8Array>, actor: string): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes),
      'x-actor': actor,
    };
    const body = ReadableStream.from(source);
    await this.call(this.addresses.deployer + artifactPath(sha256), { method: 'PUT', headers, body, duplex: 'half' });
  }

  /** All of them, page by page. */
  async list(): Promise<EndpointSummary[]> {
    const all: EndpointSummary[] = [];
    let path: string | undefined = '/api/v1/endpoints';
    while (path !== undefined) {
      const response: Response = await this.call(this.addresses.deployer + path, {});
      all.push(...((await response.json()) as EndpointSummary[]));
      path = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return all;
  }

  /** As it is in force, and as `applyAll` takes it. */
  manifest(name: string): Promise<unknown> {
    return this.deployer(`/${encodeURIComponent(name)}/manifest`);
  }

  get(name: string): Promise<EndpointView> {
    return this.deployer(`/${encodeURIComponent(name)}`) as Promise<EndpointView>;
  }

  /** By name. */
  templates(): Promise<TemplateView[]> {
    return this.control('/templates') as Promise<TemplateView[]>;
  }

  template(name: string): Promise<TemplateView> {
    return this.control(`/templates/${encodeURIComponent(name)}`) as Promise<TemplateView>;
  }

  deleteTemplate(name: string): Promise<unknown> {
    return this.control(`/templates/${encodeURIComponent(name)}`, { method: 'DELETE' });
  }

  /** Newest first. @param name undefined: of all endpoints */
  events(name: string | undefined, limit: number): Promise<EndpointEvent[]> {
    return this.control(`${eventsOf(name)}?limit=${limit}`) as Promise<EndpointEvent[]>;
  }

  /** Events as they happen, until the connection ends. @param after the last that was seen; undefined: from now on */
  async *eventStream(
    name: string | undefined,
    after: number | undefined,
  ): AsyncGenerator<{ id?: number; event?: EndpointEvent }> {
    const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': String(after) }) };
    const response = await this.call(`${this.addresses.deployer}/api/v1${eventsOf(name)}`, { headers });
    for await (const line of linesOf(response)) {
      const read = readFrameLine(line);
      if (read !== undefined) yield read;
    }
  }

  status(): Promise<StatusView> {
    return this.control('/status') as Promise<StatusView>;
  }

  /** Newest first. */
  deadLetters(filter: DeadLetterFilter, limit: number): Promise<DeadLetterView[]> {
    const query = new URLSearchParams({ ...filter, limit: String(limit) }).toString();
    return this.control(`/dead-letters?${query}`) as Promise<DeadLetterView[]>;
  }

  deadLetter(id: string): Promise<WholeDeadLetter> {
    return this.control(`/dead-letters/${encodeURIComponent(id)}`) as Promise<WholeDeadLetter>;
  }

  replayDeadLetters(request: ReplayRequest): Promise<ReplayReport> {
    const call = { method: 'POST', body: JSON.stringify(request), headers: json };
    return this.control('/dead-letters/replay', call) as Promise<ReplayReport>;
  }

  /** Newest first, of deleted endpoints too. */
  rollouts(name: string, limit: number): Promise<RolloutView[]> {
    return this.deployer(`/${encodeURIComponent(name)}/rollouts?limit=${limit}`) as Promise<RolloutView[]>;
  }

  /** Newest first, of deleted endpoints too. @param rollout absent: of all */
  plans(name: string, limit: number, rollout?: number): Promise<PlanView[]> {
    const of = rollout === undefined ? '' : `&rollout=${rollout}`;
    return this.deployer(`/${encodeURIComponent(name)}/plans?limit=${limit}${of}`) as Promise<PlanView[]>;
  }

  /** Scored requests with their propensities, oldest first. @param times ISO 8601; default: the present rollout's */
  async experimentLog(name: string, times: { from?: string; to?: string }): Promise<LoggedRequest[]> {
    const query = new URLSearchParams(times).toString();
    const path = `/api/v1/endpoints/${encodeURIComponent(name)}/experiment-log${query === '' ? '' : `?${query}`}`;
    const rows: LoggedRequest[] = [];
    for await (const line of linesOf(await this.call(this.addresses.deployer + path, {}))) {
      rows.push(loggedRequest.parse(JSON.parse(line)));
    }
    return rows;
  }

  /** A view of the log by time, line by line as fast as they are taken. @param which `view`, `from` and `to` (ISO 8601) */
  async log(
    name: string,
    which: Readonly<Record<string, string>>,
  ): Promise<{ columns: ExportedColumn[]; lines: AsyncIterable<string> }> {
    const path = `/api/v1/endpoints/${encodeURIComponent(name)}/log?${new URLSearchParams(which).toString()}`;
    const response = await this.call(this.addresses.deployer + path, {});
    const columns = readColumns(response.headers.get(columnsHeader) ?? '');
    return { columns, lines: linesOf(response) };
  }

  /** An audit, line by line while it goes on. */
  async *audit(name: string, repair: boolean): AsyncGenerator<AuditLine> {
    const url = `${this.addresses.feedback}/api/v1/endpoints/${encodeURIComponent(name)}/audit?repair=${String(repair)}`;
    for await (const line of linesOf(await this.call(url, { method: 'POST' }))) yield JSON.parse(line) as AuditLine;
  }

  /** Erasing a consumer, line by line while it goes on. */
  async *forget(request: ForgetRequest): AsyncGenerator<ForgetLine> {
    const call = { method: 'POST', body: JSON.stringify(request), headers: json };
    for await (const line of linesOf(await this.call(`${this.addresses.feedback}/api/v1/forget`, call)))
      yield JSON.parse(line) as ForgetLine;
  }

  steer(
    name: string,
    verb: SteeringVerb,
    body: object & { readonly actor: string },
  ): Promise<EndpointView | BrokenGlass> {
    const path = `/${encodeURIComponent(name)}/${verb}`;
    return this.deployer(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...json, 'x-actor': body.actor },
    }) as Promise<EndpointView | BrokenGlass>;
  }

  approve(name: string, body: { reason?: string; actor: string }): Promise<unknown> {
    const headers = { ...json, 'x-actor': body.actor };
    return this.deployer(`/${encodeURIComponent(name)}/approve`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
    });
  }

  startBacktest(name: string, request: BacktestRequest, actor: string): Promise<BacktestView> {
    const headers = { ...json, 'x-actor': actor };
    return this.backtests(name, '', {
      method: 'POST',
      body: JSON.stringify(request),
      headers,
    }) as Promise<BacktestView>;
  }

  /** Newest first. */
  listBacktests(name: string): Promise<BacktestView[]> {
    return this.backtests(name, '') as Promise<BacktestView[]>;
  }

  backtest(name: string, id: number): Promise<BacktestView> {
    return this.backtests(name, `/${id}`) as Promise<BacktestView>;
  }

  steerBacktest(name: string, id: number, verb: 'cancel' | 'resume'): Promise<BacktestView> {
    return this.backtests(name, `/${id}/${verb}`, { method: 'POST' }) as Promise<BacktestView>;
  }

  removeBacktest(name: string, id: number): Promise<unknown> {
    return this.backtests(name, `/${id}`, { method: 'DELETE' });
  }

  delete(name: string): Promise<unknown> {
    return this.deployer(`/${encodeURIComponent(name)}`, { method: 'DELETE' });
  }

  /** A V2 body goes to V2's route, any other to V1's. Answers with the body and who made it. */
  async predict(
    name: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<{ answer: unknown; id: string; version: string }> {
    const isV2 = 'inputs' in (JSON.parse(body) as object);
    const path = isV2
      ? `/v2/models/${encodeURIComponent(name)}/infer`
      : `/v1/models/${encodeURIComponent(name)}:predict`;
    const response = await this.call(this.addresses.ingress + path, {
      method: 'POST',
      body,
      headers: { ...json, ...headers },
    });
    return {
      answer: await response.json(),
      id: response.headers.get('x-request-id') ?? '',
      version: response.headers.get('x-model-version') ?? '',
    };
  }

  truth(name: string, truths: unknown): Promise<TruthAnswer> {
    return this.groundTruth(name, JSON.stringify(truths), json);
  }

  /** Truths as lines, of any number. */
  truthLines(name: string, truths: readonly object[]): Promise<TruthAnswer> {
    const body = truths.map((truth) => `${JSON.stringify(truth)}\n`).join('');
    return this.groundTruth(name, body, { 'content-type': 'application/x-ndjson' });
  }

  /** Those of the ids of which no request is in the log. */
  async unknownRequests(name: string, ids: readonly string[]): Promise<string[]> {
    const path = `/${encodeURIComponent(name)}/unknown-requests`;
    const call = { method: 'POST', body: JSON.stringify({ ids }), headers: json };
    return ((await this.deployer(path, call)) as { unknown: string[] }).unknown;
  }

  private async groundTruth(name: string, body: string, headers: Record<string, string>): Promise<TruthAnswer> {
    const url = `${this.addresses.ingress}/v1/endpoints/${encodeURIComponent(name)}/ground-truth`;
    const response = await this.call(url, { method: 'POST', body, headers });
    return (await response.json()) as TruthAnswer;
  }

  private backtests(name: string, path: string, call?: Call): Promise<unknown> {
    return this.deployer(`/${encodeURIComponent(name)}/backtests${path}`, call);
  }

  private deployer(path: string, call?: Call): Promise<unknown> {
    return this.control(`/endpoints${path}`, call);
  }

  private async control(path: string, call: Call = {}): Promise<unknown> {
    const response = await this.call(`${this.addresses.deployer}/api/v1${path}`, call);
    const text = await response.text();
    return text === '' ? {} : (JSON.parse(text) as unknown);
  }

  private async call(url: string, call: Call): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, call);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new ApiError(`${new URL(url).origin} cannot be reached (${cause})`, null);
    }
    if (response.ok) return response;
    const text = await response.text();
    const body = parsed(text);
    throw new ApiError(
      body.error ?? (text || `the service answered ${response.status}`),
      response.status,
      body.problems,
    );
  }
}

const eventsOf = (name: string | undefined): string =>
  name === undefined ? '/events' : `/endpoints/${encodeURIComponent(name)}/events`;

/** The lines of a body, without the empty ones. @throws ApiError where it breaks off */
async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  let rest = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
    }
  } catch (error) {
    throw new ApiError(`the answer broke off (${messageOf(error)})`, response.status, [], true);
  }
  if (rest !== '') yield rest;
}

function parsed(text: string): { error?: string; problems?: { path: string; message: string }[] } {
  try {
    return JSON.parse(text) as { error?: string };
  } catch {
    return {};
  }
}

import { http, type HttpAnswer, type HttpQuestion } from './http.js';

export interface ServingOptions {
  /** Header `x-request-id`. */
  readonly id?: string;
  /** Header `x-routing-key`. */
  readonly key?: string;
  /** A version named in the path. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface TruthItem {
  readonly id: string;
  readonly truth?: unknown;
  readonly reward?: number;
  readonly at?: string | number;
}

/** The ingress, as callers use it. */
export class ServingClient {
  constructor(private readonly url: () => string) {}

  /** `POST /v2/models/{endpoint}/infer`. */
  infer<Body = Record<string, unknown>>(
    endpoint: string,
    body: unknown,
    options: ServingOptions = {},
  ): Promise<HttpAnswer<Body>> {
    const version = options.version === undefined ? '' : `/versions/${options.version}`;
    return http(`${this.url()}/v2/models/${endpoint}${version}/infer`, question(body, options));
  }

  /** `POST /v1/models/{endpoint}:predict`. */
  predict<Body = { predictions: unknown[] }>(
    endpoint: string,
    body: unknown,
    options: ServingOptions = {},
  ): Promise<HttpAnswer<Body>> {
    return http(`${this.url()}/v1/models/${endpoint}:predict`, question(body, options));
  }

  /** `POST /v1/endpoints/{endpoint}/ground-truth`: one, an array, or a text of lines. */
  truth(
    endpoint: string,
    items: TruthItem | readonly TruthItem[] | string,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer<{ accepted: number; rejected: { index: number; error: string }[] }>> {
    return http(`${this.url()}/v1/endpoints/${endpoint}/ground-truth`, { method: 'POST', body: items, headers });
  }

  get(path: string): Promise<HttpAnswer<Record<string, unknown>>> {
    return http(`${this.url()}${path}`);
  }
}

function question(body: unknown, { id, key, headers, timeoutMs }: ServingOptions): HttpQuestion {
  return {
    method: 'POST',
    body,
    headers: {
      ...(id === undefined ? {} : { 'x-request-id': id }),
      ...(key === undefined ? {} : { 'x-routing-key': key }),
      ...headers,
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

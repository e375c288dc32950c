/** What came back: the body parsed where it is JSON, else as text. */
export interface HttpAnswer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface HttpQuestion {
  readonly method?: string;
  /** Objects are sent as JSON, strings as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** One HTTP call; rejects only where no answer came at all. */
export async function http<Body = unknown>(url: string, question: HttpQuestion = {}): Promise<HttpAnswer<Body>> {
  const { method = 'GET', body, headers = {}, timeoutMs = 40_000 } = question;
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) as Body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

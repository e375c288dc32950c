/** What a service answered, or that it did not. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** @param problems each with the path in the manifest @param brokeOff in the midst of an answer */
  constructor(
    message: string,
    readonly status: number | null,
    readonly problems: readonly { path: string; message: string }[] = [],
    readonly brokeOff = false,
  ) {
    super(message);
  }

  get unreachable(): boolean {
    return this.status === null;
  }
}

/** What was thrown, in words. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The words for a failure, with the next step where there is one. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const lines = [`error: ${error.message}`];
  if (error instanceof ApiError) {
    for (const { path, message } of error.problems) lines.push(`  ${path}: ${message}`);
    const next = nextStep(error);
    if (next !== undefined) lines.push(next);
  }
  return lines.join('\n');
}

function nextStep({ unreachable, status, message, problems }: ApiError): string | undefined {
  if (unreachable)
    return 'Is it running? `npm start -- --no-demo` starts everything here; DEPLOYER_URL and INGRESS_URL name another place.';
  if (status === 404 && message.includes('endpoint')) return '`understudy get` lists the endpoints there are.';
  if (status === 409 && message.includes('was applied by'))
    return '`understudy diff` shows what differs; --force-conflicts applies it nevertheless.';
  // Of conflicts only those over a version's bytes come with a list.
  if (status === 409 && problems.length > 0) return 'Give the changed artifact a version name of its own.';
  if (status === 503)
    return '`understudy status` says what is wrong; the logs are in .understudy/logs under `npm start`.';
  return undefined;
}

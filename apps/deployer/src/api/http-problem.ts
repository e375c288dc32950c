import type { Problem } from '#manifests';

/** What is wrong with a request, or with us, as the caller is told. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  /**
   * @param problems where in the manifest, and what was expected there
   * @param more members of the problem details that belong to this kind of problem
   */
  constructor(
    readonly status: number,
    message: string,
    readonly problems: readonly Problem[] = [],
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export const notFound = (name: string): HttpProblem =>
  new HttpProblem(404, `there is no endpoint "${name}"; PUT a manifest to make it`);

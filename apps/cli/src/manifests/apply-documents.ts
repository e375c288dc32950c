import type { ApplyAnswer } from '#contracts';
import type { Api } from '../api.js';
import { sendArtifacts } from '../artifacts/send-artifacts.js';
import { actorName } from '../context.js';
import { ApiError } from '../errors.js';
import { readManifestDocuments, type ManifestDocument } from './read-documents.js';

export interface HowToApply {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  /** Try a version again that failed. */
  readonly retry?: boolean;
  /** Answer when routers and workers have it, or after this long. */
  readonly wait?: string;
}

/** Applies the manifests of files and folders, all or none. @throws ApiError whose problems name the files */
export async function applyDocuments(api: Api, names: readonly string[], how: HowToApply): Promise<ApplyAnswer> {
  const documents = await readManifestDocuments(names);
  const manifests: unknown[] = [];
  for (const { manifest, folder } of documents)
    manifests.push(await sendArtifacts(api, manifest, { folder, actor: actorName(), dryRun: how.dryRun === true }));
  try {
    return await api.applyAll(manifests, { ...how, actor: actorName() });
  } catch (error) {
    throw error instanceof ApiError ? inFiles(error, documents) : error;
  }
}

/** Puts the file in the place of the document's number in a path: `[1].spec.strategy`. */
function inFiles({ message, status, problems }: ApiError, documents: readonly ManifestDocument[]): ApiError {
  const named = problems.map(({ path, message: what }) => {
    const [, number, rest = ''] = /^\[(\d+)\]\.(.*)$/.exec(path) ?? [];
    const from = number === undefined ? undefined : documents[Number(number)]?.from;
    return { path: from === undefined ? path : `${from}: ${rest}`, message: what };
  });
  return new ApiError(message, status, named);
}

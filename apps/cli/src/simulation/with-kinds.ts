import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { World } from '#simulation';

const kindsOfFile = z
  .array(
    z.strictObject({
      share: z.number().min(0).max(1),
      request: z.unknown(),
      rewards: z.record(z.string(), z.number()),
    }),
  )
  .min(1);

/**
 * The world with the kinds of requests that a YAML or JSON file lists, each with its share, a body, and mean rewards by version. A version that a kind does not
 * name has its reward from the command line there; over all kinds together it is worth their mean.
 * @throws Error that names what is wrong in the file
 */
export async function withKinds(world: World, file: string | undefined): Promise<World> {
  if (file === undefined) return world;
  const result = kindsOfFile.safeParse(parse(await readFile(file, 'utf8')));
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `\n  ${path.join('.')}: ${message}`);
    throw new Error(`the kinds of requests in ${file} cannot be used${problems.join('')}`);
  }
  const base = Object.fromEntries(Object.entries(world.versions).map(([version, { reward }]) => [version, reward]));
  const kinds = result.data.map((kind) => ({ ...kind, rewards: { ...base, ...kind.rewards } }));
  const meanOf = (version: string): number =>
    kinds.reduce((sum, { share, rewards }) => sum + share * (rewards[version] ?? 0), 0);
  const versions = Object.fromEntries(
    Object.entries(world.versions).map(([version, model]) => [version, { ...model, reward: meanOf(version) }]),
  );
  return { ...world, versions, kinds };
}

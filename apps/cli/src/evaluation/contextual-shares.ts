import {
  contextualWeights,
  emptyLinearModel,
  linearCoefficients,
  squarecbOptions,
  updateLinearModel,
  type LinearModel,
} from '#bandits';
import type { LoggedRequest } from '#contracts';
import type { PolicyChoice } from './policy-choice.js';
import { timeOf } from './time-of.js';
import { versionsIn } from './versions-in.js';

/** Whether a request was drawn by its features. */
export const isContextual = ({ features }: LoggedRequest): boolean => features !== undefined;

/**
 * What SquareCB would have given each version for each request, with models of what the log knew by then: the router's own code on the logged features.
 * Requests whose features could not be read are shared evenly.
 */
export function contextualShares(
  rows: readonly LoggedRequest[],
  { options, reward, floor, cadence }: PolicyChoice,
): Readonly<Record<string, number>>[] {
  const { gamma, ridge } = squarecbOptions.parse(options);
  const versions = versionsIn(rows);
  const size = rows.find(isContextual)?.features?.length ?? 0;
  const learnt = new Map<string, LinearModel>(versions.map((version) => [version, emptyLinearModel(size, ridge)]));
  const byScoring = rows.filter(({ features }) => features?.length === size);
  byScoring.sort((a, b) => timeOf(a.scoredAt) - timeOf(b.scoredAt));
  const sign = reward.goal === 'minimise' ? -1 : 1;
  const even = Object.fromEntries(versions.map((version) => [version, 1 / versions.length]));
  const start = timeOf(rows[0]?.requestedAt);
  let next = 0;
  let tick = -1;
  let models: number[][] = [];
  return rows.map((row) => {
    const present = Math.floor((timeOf(row.requestedAt) - start) / cadence);
    if (present > tick) {
      tick = present;
      const now = start + tick * cadence;
      for (let known = byScoring[next]; known && timeOf(known.scoredAt) <= now; known = byScoring[++next]) {
        const model = learnt.get(known.version) ?? emptyLinearModel(size, ridge);
        learnt.set(known.version, updateLinearModel(model, known.features ?? [], sign * known.reward));
      }
      models = versions.map((version) => linearCoefficients(learnt.get(version) ?? emptyLinearModel(size, ridge)));
    }
    if (row.features?.length !== size) return even;
    const weights = contextualWeights(models, row.features, { gamma, floor });
    return Object.fromEntries(versions.map((version, i) => [version, weights[i] ?? 0]));
  });
}

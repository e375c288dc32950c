import { contextualWeights } from '#bandits';
import { featureCount, type ContextualPart } from '#contracts';
import { compileFeature, readFeatures, type CompiledFeature } from './read-features.js';

/** The contextual part of a plan made ready: each version's coefficients in the order of the plan's versions. */
export class CompiledContext {
  private readonly features: readonly CompiledFeature[];
  private readonly models: readonly (readonly number[])[];

  /** @throws RangeError where a version has no model, or one for other features */
  constructor(
    private readonly part: ContextualPart,
    versions: readonly string[],
  ) {
    const size = featureCount(part.features) + 1;
    this.features = part.features.map(compileFeature);
    this.models = versions.map((version) => {
      const coefficients = part.models.find((model) => model.version === version)?.coefficients;
      if (coefficients?.length === size) return coefficients;
      throw new RangeError(
        `version "${version}" of a contextual plan has ${coefficients?.length ?? 0} coefficients, expected ${size}`,
      );
    });
  }

  /** The numbers that a request is shared out by; null where its body does not say them. */
  read(body: unknown): number[] | null {
    return readFeatures(this.features, body);
  }

  /** The exact probability of each version for a request with these features. */
  weights(features: readonly number[]): number[] {
    return contextualWeights(this.models, features, this.part);
  }
}

export { extractAnswers } from './extract-answers.js';
export { sameLabel } from './labels.js';
export type { Metric, MetricTraits, RewardKind, Wanted } from './metric.js';
export { metrics } from './metrics/index.js';
export { metricNames, scoringRule } from './rule.js';
export type { RuleProblem, RuleResult, ScoringRule } from './rule.js';
export { score } from './score.js';
export type { KnownTruth, ScoringTask } from './score.js';
export { ScoringError } from './scoring-error.js';

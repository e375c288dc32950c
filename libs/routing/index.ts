export { armName, type ArmQuestion } from './arm-name.js';
export { CompiledContext } from './compile-context.js';
export { CompiledPlan, compilePlan } from './compile-plan.js';
export { decide, type Assignment, type RoutingQuestion } from './decide.js';
export { drawShadows } from './draw-shadows.js';
export { hashToUnit, xxHash64 } from './hash.js';
export { matchRules, type RoutingHeaders } from './match-rules.js';

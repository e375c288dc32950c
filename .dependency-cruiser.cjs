/** The rules of the architecture, each with its reason. Imports point downward only: apps → libs. */
const pure = '^libs/(contracts|stats|bandits|strategies|routing|scoring|simulation)/';
const tests = '\\.(test|spec)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that neither file can be read, tested or replaced by itself.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'apps-stand-alone',
      comment: 'Services talk through topics, tables and HTTP, never by import: each can be deployed by itself.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'A library that knows an app is a part of that app.',
      severity: 'error',
      from: { path: '^libs/', pathNot: '^libs/testing/' },
      to: { path: '^apps/' },
    },
    {
      name: 'pure-libraries-import-no-framework',
      comment:
        'Decisions must be the same live, in a backtest and in a simulation: no framework, Kafka, database or I/O.',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: {
        path: '^(libs/(kafka|database|platform|runtimes|testing)/|node_modules/(@nestjs|kafkajs|pg|typeorm|pino|rxjs)/)',
      },
    },
    {
      name: 'pure-libraries-do-no-io',
      comment: 'Time, randomness and files are arguments of the pure libraries, never imports.',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'stats-stand-alone',
      comment: 'strategies → bandits → stats: the statistics know nothing above them.',
      severity: 'error',
      from: { path: '^libs/stats/', pathNot: tests },
      to: { path: '^libs/', pathNot: '^libs/stats/' },
    },
    {
      name: 'bandits-know-no-strategy',
      comment: 'strategies → bandits → stats.',
      severity: 'error',
      from: { path: '^libs/bandits/', pathNot: tests },
      to: { path: '^libs/', pathNot: '^libs/(bandits|stats|contracts)/' },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'Everything depends on the contracts, so they depend on nothing of ours.',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: tests },
      to: { path: '^libs/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'serving-path-without-postgres',
      comment: 'With Postgres down, predictions go on: ingress, router and model-worker never touch it.',
      severity: 'error',
      from: { path: '^apps/(ingress|router|model-worker)/', pathNot: tests },
      to: { path: '^(libs/database/|node_modules/(pg|typeorm)/)' },
    },
    {
      name: 'commands-and-pages-ask-the-api',
      comment:
        'The command line and the console use the deployer’s API alone, so that whatever they can do, a script can.',
      severity: 'error',
      from: { path: '^apps/(cli|console)/', pathNot: tests },
      to: { path: '^(libs/(kafka|database)/|node_modules/(kafkajs|pg|typeorm)/)' },
    },
    {
      name: 'tests-helpers-stay-in-tests',
      comment: 'Production code must not reach into the test support.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['/testing/', tests] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'kafkajs-through-libs-kafka',
      comment:
        'libs/kafka/kafkajs.ts gives a copy of kafkajs with a faster codec, whose classes are not those of the published one: types from kafkajs, all else from there.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/kafka/kafkajs\\.ts$', '^libs/testing/', tests] },
      to: { path: '^node_modules/kafkajs/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that does not resolve fails only when it is reached.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['development', 'import', 'node', 'default', 'types'],
    },
  },
};

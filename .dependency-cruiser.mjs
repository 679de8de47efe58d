/**
 * Who may import whom (README, “How the code is laid out”). Topics are the only interface between the stages, so
 * none imports another; `weir.ts` and `commands/` alone put a process together from its roles.
 *
 * Needs @swc/core: on its own, dependency-cruiser reads nothing of this TypeScript and finds no fault.
 * test/tidy/layers.test.ts proves on planted violations that each of these rules bites.
 */
const ROLES = ['producers', 'processors', 'sinks', 'dashboards'];
const OURS = '^(schemas|runtime|producers|processors|sinks|dashboards|commands|bench|test|weir\\.ts)(/|$)';

/** What a process or a thread begins with. */
const ENTRIES = '^(weir\\.ts|processors/score/worker\\.ts|sinks/webhook/thread\\.ts|commands/replay-thread\\.ts|bench/[^/]+\\.ts)$';
/** Test files, what their runner loads, and processes that tests start by path. */
const TEST_ENTRIES = '^(test/.+(\\.test|-child|-thread)\\.ts|vitest\\.config\\.ts)$';

const may = (from, ...to) => ({
  name: `${from}-imports-only-${to.join('-and-') || 'itself'}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: OURS, pathNot: [from, ...to].map((folder) => `^${folder}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    may('schemas'),
    may('runtime', 'schemas'),
    ...ROLES.map((role) => may(role, 'schemas', 'runtime')),
    {
      name: 'rules-import-only-contract-features-and-schemas',
      comment: 'A rule is a pure function of features, entry and options.',
      severity: 'error',
      from: { path: '^processors/rules/[^/]+/' },
      to: {
        path: OURS,
        pathNot: ['^processors/rules/[^/]+\\.ts$', '^processors/features/', '^schemas/', '^processors/rules/$1/'],
      },
    },
    {
      name: 'books-features-and-rules-touch-nothing-outside',
      comment: 'No file, network, timer or random number: what they judge must come out the same in a replay.',
      severity: 'error',
      from: { path: '^processors/(books|features|rules)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-composition-picks-a-log-adapter',
      comment: 'No code outside the adapter knows which log it speaks to.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^runtime/log/', '^commands/', '^test/', '^bench/', '^processors/score/worker\\.ts$'] },
      to: { path: '^runtime/log/(embedded|kafka)' },
    },
    {
      name: 'what-traces-is-loaded-only-where-something-is-traced',
      comment: 'It costs a start a tenth of a second.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^runtime/tracing/', '^test/'] },
      to: { path: '^runtime/tracing/|node_modules/@opentelemetry/(?!api/)', dynamic: false },
    },
    {
      name: 'nothing-imports-the-entry-point',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^weir\\.ts$' },
    },
    {
      name: 'nothing-imports-tests-or-bench',
      severity: 'error',
      from: { pathNot: '^(test|bench)/|^vitest\\.config\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dead-files',
      comment: 'What no entry point reaches is dead; being reached from a test alone is no life.',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: OURS, pathNot: ['^test/', '\\.d\\.ts$', ENTRIES], reachable: false },
    },
    {
      name: 'no-dead-test-support',
      severity: 'error',
      from: { path: TEST_ENTRIES },
      to: { path: '^test/', pathNot: TEST_ENTRIES, reachable: false },
    },
    {
      name: 'no-unlisted-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-unresolvable-imports',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages-in-services',
      severity: 'error',
      from: { pathNot: '^(test|bench)/|\\.config\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dashboards/console/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

/** Which way the parts may lean; see ARCHITECTURE.md, "What may import what". */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Only the single-machine mode composes the others.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/single-machine/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'connectors-know-channel-kit-and-contracts-only',
      severity: 'error',
      from: { path: '^libs/channels/([^/]+)/', pathNot: ['^libs/channels/registry/', '\\.spec\\.ts$'] },
      to: { path: '^(libs|apps)/', pathNot: '^libs/(channel-kit|contracts|channels/$1)/' },
    },
    {
      name: 'specs-of-connectors-know-the-guarded-client-too',
      comment: 'The contract suite runs a connector against a real outlet.',
      severity: 'error',
      from: { path: '^libs/channels/([^/]+)/.*\\.spec\\.ts$', pathNot: '^libs/channels/registry/' },
      to: {
        path: '^(libs|apps)/',
        pathNot: '^libs/(channel-kit|contracts|outbound|mastodon-stand-in|channels/$1)/',
      },
    },
    {
      name: 'stand-ins-are-for-tests-and-the-demo',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: '^(libs/mastodon-stand-in/|apps/single-machine/src/demo/|.*\\.spec\\.ts$)',
      },
      to: { path: '^libs/mastodon-stand-in/' },
    },
    {
      name: 'contracts-know-nothing-of-ours',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'only-the-registry-and-feeds-name-a-connector',
      comment: 'Generic code never names a channel.',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: '^(libs/channels/|libs/feed-(kit|editions)/|apps/feeds/|.*\\.spec\\.ts$)',
      },
      to: { path: '^libs/channels/', pathNot: '^libs/channels/registry/' },
    },
    {
      name: 'outbound-http-through-the-guarded-client',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^(libs/outbound/|.*\\.spec\\.ts$)' },
      to: { path: 'node_modules/(undici|axios|got|node-fetch|nodemailer)/' },
    },
    {
      name: 'alarm-sinks-know-channel-kit-and-contracts-only',
      comment: 'As connectors do; their specs run against real servers.',
      severity: 'error',
      from: { path: '^libs/alarm-sinks/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/(channel-kit|contracts|alarm-sinks)/' },
    },
    {
      name: 'code-never-imports-tests',
      severity: 'error',
      from: { pathNot: '(\\.spec\\.ts$|^test/)' },
      to: { path: '(\\.spec\\.ts$|^test/)' },
    },
    {
      name: 'the-page-takes-types-only',
      comment: 'What a browser loads must hold nothing of a server.',
      severity: 'error',
      from: { path: '^apps/console/web/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs|apps)/', pathNot: '^apps/console/web/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-the-page',
      severity: 'error',
      from: { pathNot: '^apps/console/web/' },
      to: { path: '^apps/console/web/' },
    },
    {
      name: 'code-never-imports-benchmarks',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'code-never-imports-the-chaos-suite',
      severity: 'error',
      from: { pathNot: '^chaos/' },
      to: { path: '^chaos/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.sources.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

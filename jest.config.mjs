/** Unit and contract specs beside the code, pipeline tests in test/. Real servers, never mocks of them. */
export default {
  testMatch: ['<rootDir>/{apps,libs}/**/src/**/*.spec.ts', '<rootDir>/{bench,chaos,test}/src/**/*.spec.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@newsrelay/app-([^/]+)/(.+)$': '<rootDir>/apps/$1/src/$2.ts',
    '^@newsrelay/channel-kit/(.+)$': '<rootDir>/libs/channel-kit/src/$1.ts',
    '^@newsrelay/channel-([^/]+)/(.+)$': '<rootDir>/libs/channels/$1/src/$2.ts',
    '^@newsrelay/([^/]+)/(.+)$': '<rootDir>/libs/$1/src/$2.ts',
    '^(\\.{1,2}/.+)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['/dist/'],
  maxWorkers: 2,
  testTimeout: 30_000,
};

import os from 'node:os'

/** Native ESM; TypeScript through swc (types are checked by tsc). */
export default {
  testEnvironment: '<rootDir>/scripts/test-environment.js',
  reporters: ['default', '<rootDir>/scripts/closing-line.js'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }]
  },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/fixtures/'],
  modulePathIgnorePatterns: ['<rootDir>/__tests__/fixtures/', '<rootDir>/examples/'],
  // For what hangs, not for what is slow: a crowded machine takes its time.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/scripts/slowest-first.js',
  // Tests through dist/ wait for processes, polls and sockets about a third of their time.
  // (A number: Jest reads '150%' as 150 workers.)
  maxWorkers: Math.ceil(os.availableParallelism() * 1.5)
}

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
  testTimeout: 60_000,
  // Most tests wait for processes and sockets; jest alone would leave one of two cores idle.
  maxWorkers: '100%'
}

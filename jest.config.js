import { spawnSync } from 'node:child_process'
import os from 'node:os'
import vm from 'node:vm'

// Jest runs ES modules only under a flag of Node (jestjs.io: "ECMAScript Modules"). If it is not there, as with `npx jest`,
// Jest is started again with it.
if (vm.SourceTextModule === undefined) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

/** Native ESM; TypeScript through swc (types are checked by tsc). */
export default {
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  reporters: ['default', '<rootDir>/scripts/closing-line.mjs'],
  extensionsToTreatAsEsm: ['.ts', '.mts'],
  transform: {
    '^.+\\.m?ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }
    ]
  },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/fixtures/'],
  modulePathIgnorePatterns: ['<rootDir>/__tests__/fixtures/', '<rootDir>/__tests__/rig/sample-fork/'],
  // For what hangs, not for what is slow: a crowded machine takes its time.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/scripts/slowest-first.mjs',
  // Tests through dist/ wait for processes, polls and sockets about a third of their time.
  // (A number: Jest reads '150%' as 150 workers.)
  maxWorkers: Math.ceil(os.availableParallelism() * 1.5)
}

import js from '@eslint/js'
import tseslint from 'typescript-eslint'
import { roomImports } from './scripts/room-imports.mts'

export default tseslint.config(
  { ignores: ['dist/', 'lib/', 'node_modules/', '__tests__/rig/sample-fork/', '__tests__/fixtures/', 'demo-output/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'scripts/*.{cjs,mjs}'] },
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-shadow': 'error',
      'no-nested-ternary': 'error',
      complexity: ['error', 15]
    }
  },
  // Who may import whom: docs/architecture.md.
  {
    files: ['src/**/*.ts'],
    plugins: { project: { rules: { 'room-imports': roomImports } } },
    rules: { 'project/room-imports': 'error' }
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/action/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@actions/core'] }] }
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } }
  },
  // Programs for a dyno's Node, and what has to run under an old one.
  {
    files: ['src/*/programs/*.cjs', 'scripts/*.{ts,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { process: 'readonly', require: 'readonly', console: 'readonly', __dirname: 'readonly' }
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' }
  }
)

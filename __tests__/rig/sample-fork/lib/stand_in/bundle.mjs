// Stands in for `bundle`: plays the few commands with which Mastodon is run on Heroku, by Node. It is not Mastodon,
// and runs no Ruby.
import { Aborted } from './app.mjs'
import { appliedVersions, withConnection } from './database.mjs'
import { isMember, member } from './member.mjs'
import { runTasks } from './tasks.mjs'
import { serve } from './web.mjs'
import { printWorkers, work } from './worker.mjs'

const [verb, program, ...args] = process.argv.slice(2)

try {
  await (verb === 'exec' ? execute() : notKnown())
} catch (error) {
  console.error(
    error instanceof Aborted
      ? error.message
      : `${error.code ? `PG::Error ${error.code}: ` : ''}${error.message || error}`
  )
  process.exitCode = 1
}

async function execute() {
  if (program === 'puma' && args.length === 2 && args[0] === '-C') return serve(args[1])
  if (program === 'sidekiq') return work()
  if (program === 'ruby' && args.at(-2) === '-e') return printApplied()
  if (program === 'rails' && args[0] === 'runner' && isMember()) return member()
  if (program === 'rails' && args[0] === 'runner' && args[1]?.includes('Sidekiq::ProcessSet')) return printWorkers()
  if (program === 'rails' && args[0] === 'runner') throw new Aborted('The stand-in for Rails does not run Ruby.')
  if ((program === 'rails' || program === 'rake') && args.length > 0) return runTasks(args)
  return notKnown()
}

/** The only Ruby that anybody asks for here prints this, so any is taken to be it. */
async function printApplied() {
  for (const version of await withConnection(appliedVersions)) console.log(version)
}

function notKnown() {
  console.error(`bundler: command not known to the stand-in of the sample fork: ${process.argv.slice(2).join(' ')}`)
  process.exitCode = 127
}

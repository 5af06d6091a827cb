import { UserError } from '../runtime/index.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { comment } from './comment.ts'
import type { Command } from './context.ts'
import { deploy } from './deploy.ts'
import { migrate } from './migrate.ts'
import { plan } from './plan.ts'
import { rehearse } from './rehearse.ts'
import { rollback } from './rollback.ts'
import { run } from './run.ts'
import { schedule } from './schedule.ts'

export type { Command, Context } from './context.ts'

const COMMANDS: Record<string, Command> = {
  build,
  check,
  comment,
  deploy,
  migrate,
  plan,
  rehearse,
  rollback,
  run,
  schedule
}

/** The command of that name. Throws a `UserError` for one that does not exist. */
export function findCommand(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command) return command
  const known = `Commands of this version: ${Object.keys(COMMANDS).join(', ')}.`
  throw new UserError(`There is no command "${name}"`, known)
}

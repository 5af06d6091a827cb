import { type CommandName, type InputsOf } from '../inputs/index.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { type Command, type CommandTools } from './command.ts'
import { comment } from './comment.ts'
import { deploy } from './deploy.ts'
import { migrate } from './migrate.ts'
import { plan } from './plan.ts'
import { rehearse } from './rehearse.ts'
import { rollback } from './rollback.ts'
import { run } from './run.ts'
import { schedule } from './schedule.ts'

const COMMANDS: { readonly [Name in CommandName]: Command<Name> } = {
  build,
  comment,
  rehearse,
  plan,
  deploy,
  migrate,
  run,
  rollback,
  schedule,
  check
}

/** Runs a command with its inputs. Rejects if it fails; a `UserError` tells what to do. */
export function runCommand<Name extends CommandName>(
  name: Name,
  inputs: InputsOf<Name>,
  tools: CommandTools
): Promise<void> {
  return COMMANDS[name](inputs, tools)
}

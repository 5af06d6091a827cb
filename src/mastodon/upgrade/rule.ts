import { type UpgradeFacts } from './facts.ts'
import { type TreeProblem } from './tree.ts'

/** How bad a finding is. `block` only if it surely breaks: the app would not build, boot or migrate, or data would be lost. */
type PlanLevel = 'block' | 'warn' | 'note'

/** What an upgrade plan found. */
export interface PlanFinding<Name extends string = string> extends TreeProblem {
  /** Stable: `checks.skip` of the config and reports use this name. */
  readonly name: Name
  readonly level: PlanLevel
}

/** A rule as it is written: when it holds, what it says, and examples for the docs. */
interface Written<Name extends string, Facts, Details> {
  /** Kebab-case. */
  readonly name: Name
  readonly level: PlanLevel
  /** What was seen, an entry for each thing that is found; empty if the rule does not hold. */
  readonly holds: (facts: Facts) => readonly Details[]
  /** What is so and what follows, without a full stop; and what to do, with the command. */
  readonly say: (seen: NoInfer<Details>) => TreeProblem
  /** What may be seen, for the docs. */
  readonly examples: readonly NoInfer<Details>[]
}

/** A rule as the plan and the docs use it. */
interface Rule<Name extends string = string, Facts = UpgradeFacts> {
  readonly name: Name
  readonly level: PlanLevel
  readonly look: (facts: Facts) => PlanFinding<Name>[]
  /** What it says of the examples, for the docs. */
  readonly examples: () => TreeProblem[]
}

/** Makes a rule of what is written of it. */
export function rule<const Name extends string, Facts, Details>(
  written: Written<Name, Facts, Details>
): Rule<Name, Facts> {
  const { name, level, holds, say, examples } = written
  return {
    name,
    level,
    look: facts => holds(facts).map(seen => ({ name, level, ...say(seen) })),
    examples: () => examples.map(say)
  }
}

/** For `holds`: what was seen if something is so, else nothing. */
export function seenIf<Details>(isSo: boolean, seen: Details): Details[] {
  return isSo ? [seen] : []
}

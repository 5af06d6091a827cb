import { type UpgradeFacts } from './facts.ts'
import { type TreeProblem } from './tree.ts'

/** `block` is only for what surely breaks: the app would not build, boot or migrate, or data would be lost. */
export type PlanLevel = 'block' | 'warn' | 'note'

/** What a plan found. */
export interface PlanFinding<Name extends string = string> extends TreeProblem {
  /** Stable: `checks.skip` of the config and reports know it by this name. */
  readonly name: Name
  readonly level: PlanLevel
}

/** All that is to be said of one finding: when it holds, why, what to do, and how the docs tell it. */
interface Written<Name extends string, Facts, Details> {
  /** Kebab-case. */
  readonly name: Name
  readonly level: PlanLevel
  /** When it holds: what was seen, once for each thing that is found. */
  readonly holds: (facts: Facts) => readonly Details[]
  /** What is so and what comes of it, without a full stop; and what to do, with the command that mends it. */
  readonly say: (seen: NoInfer<Details>) => TreeProblem
  /** What may be seen: the docs say that, in the same words. */
  readonly examples: readonly NoInfer<Details>[]
}

/** A finding as the plan and the docs ask for it. */
export interface Rule<Name extends string = string, Facts = UpgradeFacts> {
  readonly name: Name
  readonly level: PlanLevel
  readonly look: (facts: Facts) => PlanFinding<Name>[]
  /** What it may say, for the docs. */
  readonly examples: () => TreeProblem[]
}

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

/** What was seen, if it was. */
export function seenIf<Details>(isSo: boolean, seen: Details): Details[] {
  return isSo ? [seen] : []
}

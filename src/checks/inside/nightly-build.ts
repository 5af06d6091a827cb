import { counted, sizeText, wholeShareText } from '../../runtime/index.ts'
import { type Check, type Finding } from '../check.ts'
import { type BuildReport } from '../job-facts.ts'

/** Whether the branch still builds with today's buildpacks, as this run has tried; and which of them changed since the deploy. */
export const nightlyBuild: Check = {
  name: 'nightly-build',
  title: "Tonight's build",
  config: [],
  alone: true,
  async look({ job }) {
    const build = await job.build()
    if (!build) return []
    const { report, deployed, failedJobs } = build
    if (!report) {
      if (failedJobs.length === 0) throw new Error('this run has made no report of a build')
      return [
        {
          level: 'fail',
          text: `The build failed (${failedJobs.join(', ')}): the next deploy would, too`,
          remedy:
            'Look at the log of that job in this run; if the code is the same as yesterday, a buildpack has changed.'
        }
      ]
    }
    return [size(report), ...others(failedJobs), ...drift(report, deployed)]
  }
}

function size({ compressed, limit, withinLimit, problem }: BuildReport): Finding {
  const figure = wholeShareText(compressed, limit)
  const text = `The build makes a slug of ${sizeText(compressed)} of ${sizeText(limit)}`
  if (problem !== undefined) {
    return {
      level: 'fail',
      figure,
      text: `The build is no good: ${problem}`,
      remedy: 'Look at the size report of this run.'
    }
  }
  if (withinLimit) return { level: 'ok', figure, text }
  return {
    level: 'fail',
    figure,
    text: `${text}: the next deploy would be refused`,
    remedy: 'Look at the size report of this run for what grew.'
  }
}

/** Jobs that failed although there is a report: what comes after the build, such as a rehearsal. */
function others(failedJobs: readonly string[]): Finding[] {
  if (failedJobs.length === 0) return []
  return [
    {
      level: 'warn',
      about: 'jobs',
      figure: `${failedJobs.length}`,
      text: `The build made a slug, and other jobs of this run failed: ${failedJobs.join(', ')}`,
      remedy: 'Look at the log of that job in this run.'
    }
  ]
}

/** A buildpack that changed is news and no fault: tonight's build shows that it works. */
function drift(tonight: BuildReport, deployed: BuildReport | undefined): Finding[] {
  if (!deployed) return []
  const before = new Map(deployed.buildpacks.map(({ name, sha256 }) => [name, sha256]))
  const moved = tonight.buildpacks.filter(({ name, sha256 }) => before.get(name) !== sha256).map(({ name }) => name)
  const about = 'buildpacks'
  const figure = `${moved.length} changed`
  const since = `since ${deployed.commit.slice(0, 7)} was built, which runs`
  if (moved.length === 0) return [{ level: 'ok', about, figure, text: `No buildpack has changed ${since}` }]
  return [
    {
      level: 'ok',
      about,
      figure,
      text: `${counted(moved.length, 'buildpack')} changed ${since}: ${moved.join(', ')}; the build with ${moved.length === 1 ? 'it' : 'them'} passed`
    }
  ]
}

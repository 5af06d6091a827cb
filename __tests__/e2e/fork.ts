import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionResult, type ActionRun } from '../rig/run-action.ts'
import { makeSampleFork } from '../rig/sample-fork.ts'
import { parseReport, type Report } from '../../src/report/index.ts'
import { temp } from '../helpers/temp.ts'

/** The sample fork in a folder of its own, and the committed action run on it. */
export class Fork {
  readonly path: string
  readonly commit: string
  readonly output: string
  /** Where the action makes its temporary folders. */
  readonly temporary: string

  constructor(change?: (folder: string) => void, folder = temp()) {
    chmodSync(folder, 0o755)
    this.path = path.join(folder, 'fork')
    this.output = path.join(folder, 'out')
    this.temporary = path.join(folder, 'tmp')
    mkdirSync(this.temporary)
    this.commit = makeSampleFork(this.path, change)
  }

  /** Runs `command: build` on the host; `config` is a config file that is not in the commit. */
  async build(
    inputs: Record<string, string> = {},
    config?: string,
    more: Partial<ActionRun> = {}
  ): Promise<ActionResult> {
    if (config !== undefined) writeFileSync(path.join(this.path, 'other.yml'), config)
    return runAction({
      ...more,
      inputs: {
        command: 'build',
        path: this.path,
        'build-in': 'host',
        'output-dir': this.output,
        cache: 'off',
        ...(config === undefined ? {} : { config: 'other.yml' }),
        ...inputs
      },
      env: { TMPDIR: this.temporary, ...more.env }
    })
  }

  report(): Report {
    return parseReport(readFileSync(path.join(this.output, 'report.json'), 'utf8'))
  }

  has(file: string): boolean {
    return existsSync(path.join(this.output, file))
  }

  /** What the action left in the temporary folder. */
  leftovers(): string[] {
    return readdirSync(this.temporary)
  }
}

/** A config with these buildpacks of the sample fork. */
export function configWith(buildpacks: string[], more = ''): string {
  return `stack: heroku-24\nslug:\n  buildpacks: [${buildpacks.map(name => `./buildpacks/${name}`).join(', ')}]\n${more}`
}

/** Adds a buildpack to a fork. */
export function addBuildpack(fork: string, name: string, compile: string, detect = 'echo test'): void {
  for (const [step, text] of Object.entries({ detect, compile, release: 'echo "--- {}"' })) {
    const file = path.join(fork, 'buildpacks', name, 'bin', step)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `#!/usr/bin/env bash\n${text}\n`, { mode: 0o755 })
  }
}

import { describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { shellWord } from '../../src/runtime/index.ts'
import { describeOrSkip, isRoot } from '../helpers/skip.ts'
import { addBuildpack, configWith, Fork } from './fork.ts'

const KEY = 'HRKU-0123456789-secret-of-this-job'
const SECRETS = { 'heroku-api-key': KEY, 'github-token': `ghs_${KEY}`, 'mastodon-token': `masto_${KEY}` }

const spying = (compile: string) => (folder: string) => addBuildpack(folder, 'spy', compile)

describeOrSkip('secrets of the job', isRoot ? undefined : 'only root can run a build as another user', () => {
  it('reach no buildpack: not by environment, arguments or /proc', async () => {
    const fork = new Fork(
      spying(
        'env; echo "uid $(id -u)"; for f in /proc/*/environ /proc/*/cmdline; do tr "\\0" "\\n" < "$f"; done 2>/dev/null | grep HRKU; ls "$3"'
      )
    )
    const { code, output } = await fork.build(SECRETS, configWith(['spy']), {
      env: { HEROKU_API_KEY: KEY, GITHUB_TOKEN: KEY, ACTIONS_RUNTIME_TOKEN: KEY }
    })
    expect(code).toBe(0)
    const printed = output.split('\n').filter(line => !line.startsWith('::add-mask::'))
    expect(printed.filter(line => line.includes(KEY))).toEqual([])
    expect(printed).not.toContain('uid 0')
    expect(printed.filter(line => /^(INPUT_|GITHUB_|ACTIONS_|RUNNER_)/.test(line))).toEqual([])
    for (const line of ['SECRET_KEY_BASE_DUMMY', `SOURCE_VERSION=${fork.commit}`, 'STACK=heroku-24'])
      expect(printed.includes(line)).toBe(true)
  })

  it('stand in no file that is written', async () => {
    const fork = new Fork()
    await fork.build(SECRETS)
    for (const file of readdirSync(fork.output))
      expect(readFileSync(path.join(fork.output, file)).includes(KEY)).toBe(false)
  })
})

describe('what others print and name', () => {
  it('is fenced: no line of a buildpack is a workflow command', async () => {
    const fork = new Fork(
      spying(
        'echo "::set-output name=slug-size::1"; echo "::add-mask::e"; printf "::error::no newline"; echo "::stop-commands::mine"'
      )
    )
    const { output, outputs } = await fork.build({}, configWith(['spy']))
    const [, token, inside] = /::stop-commands::([0-9a-f]{32})\n([^]*?)\n::\1::\n/.exec(output) ?? []
    expect(token).toBeDefined()
    for (const text of ['::set-output name', '::add-mask::e', '::error::no newline', '::stop-commands::mine'])
      expect(inside).toContain(text)
    expect(outputs['slug-size']).not.toBe('1')
  })

  it('is no command where ffmpeg prints it as its version', async () => {
    const fork = new Fork(folder => {
      const program =
        'case "$*" in *-encoders*) ;; *out.mp4) echo h264; echo x > "${@: -1}";; *) echo "::set-output name=slug-size::1 ##[set-output name=slug-path]x";; esac'
      addBuildpack(
        folder,
        'my-ffmpeg',
        `mkdir -p "$1/bin" "$1/.profile.d"; echo 'export PATH="$HOME/bin:$PATH"' > "$1/.profile.d/a.sh"
for name in ffmpeg ffprobe; do printf '#!/bin/bash\\n%s\\n' ${shellWord(program)} > "$1/bin/$name"; chmod +x "$1/bin/$name"; done`
      )
    })
    const { output } = await fork.build({ 'slug-limit': '1GB' }, configWith(['my-ffmpeg']))
    expect(output).toContain('set-output name=slug-size')
    expect(output).not.toMatch(/^\s*::set-output|##\[/m)
  })

  it('cannot forge a line of the log or the summary by a file name', async () => {
    const fork = new Fork(
      spying(
        'mkdir "$1/public/x"; head -c 9000000 /dev/zero | tr "\\0" x > "$1/public/x/"$\'a\\n::set-output name=a::b|`<img src=x>@team\''
      )
    )
    const { code, summary, output } = await fork.build({}, configWith(['spy']))
    expect(code).toBe(0)
    expect(output).not.toMatch(/^::set-output/m)
    expect(summary).not.toMatch(/<img|@team|^::/m)
    expect(summary).toContain('&#8203;team')
  })

  it('cannot read files of the runner by links in the commit', async () => {
    const fork = new Fork(folder => {
      writeFileSync(path.join(folder, '..', 'secret.json'), '{"stack": "secret-stack", "x": "secret')
      for (const file of ['app.json', 'Procfile', 'Aptfile']) {
        rmSync(path.join(folder, file))
        symlinkSync('../secret.json', path.join(folder, file))
      }
    })
    const { output } = await fork.build({}, configWith(['nodejs']))
    expect(output).not.toContain('secret')
  })

  it('cannot bring a folder of the runner in as a buildpack', async () => {
    const fork = new Fork(folder => {
      const outside = path.join(folder, '..', 'outside')
      mkdirSync(outside)
      addBuildpack(outside, 'evil', 'true')
      symlinkSync(path.join(outside, 'buildpacks', 'evil'), path.join(folder, 'buildpacks', 'evil'))
    })
    const { code, output } = await fork.build({}, configWith(['evil']))
    expect(code).toBe(1)
    expect(output).toContain('it leads out of the commit')
  })
})

import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { git } from '../rig/sample-fork.ts'
import { addBuildpack, configWith, Fork } from './fork.ts'

const ALL = ['activestorage-preview', 'apt', 'nodejs', 'ruby']

describe('build, through the committed dist', () => {
  it('writes the slug, the report, the outputs and the summary', async () => {
    const fork = new Fork()
    const { code, output, outputs, summary } = await fork.build()
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })

    const slug = readFileSync(path.join(fork.output, 'slug.tgz'))
    expect(outputs).toMatchObject({
      'slug-path': path.join(fork.output, 'slug.tgz'),
      'slug-sha256': createHash('sha256').update(slug).digest('hex'),
      'slug-size': `${slug.length}`,
      'slug-size-without-ffmpeg': `${slug.length}`,
      'slug-limit': '4000000',
      'within-limit': 'true',
      ffmpeg: 'without',
      'report-path': path.join(fork.output, 'report.json')
    })
    expect(Number(outputs['slug-size-with-ffmpeg'])).toBeGreaterThan(4_000_000)
    expect(summary.trim()).toBe(readFileSync(path.join(fork.output, 'report.md'), 'utf8').trim())
    expect(summary).toMatch(/^## Within the limit: /)
    expect(summary).toContain('uploads of video, audio and animated GIFs fail')
    expect(fork.report().source).toMatchObject({ commit: fork.commit, mastodonVersion: '4.7.0' })
    expect(fork.leftovers()).toEqual([])
  })

  it('makes a slug as Heroku takes it', async () => {
    const fork = new Fork()
    await fork.build({ ffmpeg: 'with', 'slug-limit': '1GB' })
    const list = execFileSync('tar', ['-tvzf', path.join(fork.output, 'slug.tgz')], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(list.every(line => / root\/root /.test(line) && / \.\/app\//.test(line))).toBe(true)
    expect(list.filter(line => line.includes('libcodec.so.61'))).toEqual([
      expect.stringMatching(/^h.* link to \.\/app\/\.heroku\/activestorage-preview\/lib\/libcodec\.so$/)
    ])
    expect(list.some(line => line.includes('./app/docs/') || line.includes('./app/.git/'))).toBe(false)
  })

  it('gives process types of the Procfile over those of the last buildpack', async () => {
    const fork = new Fork()
    await fork.build()
    expect(fork.report().processTypes).toEqual({
      rake: 'bundle exec rake',
      console: 'bin/rails console',
      web: 'bin/heroku-web',
      worker: 'bundle exec sidekiq'
    })
  })

  it('adds up: the layers of each variant are the whole of it', async () => {
    const fork = new Fork()
    await fork.build()
    for (const { compressed, raw, layers } of fork.report().variants) {
      expect(layers.reduce((sum, layer) => sum + layer.compressed, 0)).toBe(compressed)
      expect(layers.reduce((sum, layer) => sum + layer.raw, 0)).toBe(raw)
    }
  })

  it('fails over the limit, after all is written, and names the ways back', async () => {
    const fork = new Fork()
    const { code, output, outputs, summary } = await fork.build({ ffmpeg: 'with' })
    expect(code).toBe(1)
    expect(output).toMatch(/::error::The slug is over its limit: \d\.\d MB of 4\.0 MB/)
    expect(outputs).toMatchObject({ outcome: 'found', 'within-limit': 'false', ffmpeg: 'with' })
    expect(summary).toMatch(/^## Over the limit: /)
    expect(summary).toContain('### Ways back under the limit')
    expect(summary).toMatch(/`ffmpeg: auto` or `without` saves \d\.\d MB; it fits then/)
    expect(fork.has('slug.tgz') && fork.has('report.json') && fork.has('report.md')).toBe(true)
    const told = await fork.build({ ffmpeg: 'with', 'fail-on': 'never' })
    expect(told).toMatchObject({ code: 0, outputs: { outcome: 'done' } })
  })

  it('gives the same bytes again, with and without caches', async () => {
    const fork = new Fork()
    const cache = path.join(fork.temporary, '..', 'cache')
    const plain = await fork.build()
    const [first, second] = [await fork.build({ cache }), await fork.build({ cache })]
    for (const { outputs } of [first, second]) expect(outputs['slug-sha256']).toBe(plain.outputs['slug-sha256'])
    expect(statSync(path.join(cache, 'blocks')).isDirectory()).toBe(true)
  })

  it('builds what git holds, not what lies about', async () => {
    const fork = new Fork()
    const before = (await fork.build()).outputs['slug-sha256']
    writeFileSync(path.join(fork.path, 'stray.txt'), 'of the runner')
    appendFileSync(path.join(fork.path, 'Procfile'), 'nonsense')
    expect((await fork.build()).outputs['slug-sha256']).toBe(before)
  })

  it('builds an annotated tag', async () => {
    const fork = new Fork()
    git(fork.path, 'tag', '-a', 'v1', '-m', 'one')
    const { code } = await fork.build({ ref: 'v1' })
    expect(code).toBe(0)
    expect(fork.report().source).toMatchObject({ commit: fork.commit, ref: 'v1' })
  })
})

describe('trimming', () => {
  it('is measured, whether it is done or only offered', async () => {
    const fork = new Fork()
    await fork.build({ ffmpeg: 'without' }, configWith(ALL, '  trim: off\n'))
    const offered = fork.report().trim
    await fork.build({ ffmpeg: 'without' }, configWith(ALL))
    const applied = fork.report().trim
    expect([offered.applied, applied.applied]).toEqual([false, true])
    expect({ ...offered, applied: true }).toEqual(applied)
    expect(fork.report().verdict.compressed).toBe(applied.after)
    expect(applied.after).toBeLessThan(applied.before)
    expect(applied.rules.map(({ name }) => name)).toContain('source-maps')
  })

  it('leaves of node_modules what the streaming server needs, and says what could go on top', async () => {
    const fork = new Fork()
    await fork.build({ ffmpeg: 'without' }, configWith(ALL))
    const { files, trim } = fork.report()
    const packages = files.folders.flatMap(folder => /^node_modules\/[^/]+$/.exec(folder) ?? [])
    expect(packages).toEqual(
      expect.arrayContaining(['express', 'pg', 'split2', 'ws'].map(name => `node_modules/${name}`))
    )
    expect(packages).not.toEqual(expect.arrayContaining(['node_modules/react']))
    expect(packages).not.toEqual(expect.arrayContaining(['node_modules/vite']))
    expect(trim.leftIn).toEqual([])
    const streamingApp = trim.possible?.find(({ name }) => name === 'streaming-app')
    expect(streamingApp?.saves).toBeGreaterThan(0)
  })

  it('takes no package from a tree whose Ruby names node_modules, and says where', async () => {
    const fork = new Fork(folder =>
      writeFileSync(path.join(folder, 'config/fonts.rb'), "FONTS = Rails.root.join('node_modules/fonts')\n")
    )
    await fork.build({ ffmpeg: 'without' }, configWith(ALL))
    const { trim } = fork.report()
    expect(trim.leftIn).toEqual([{ name: 'node-modules', why: 'config/fonts.rb:1 names node_modules' }])
    expect(trim.rules.map(({ name }) => name)).not.toContain('node-modules')
    expect(readFileSync(path.join(fork.output, 'report.md'), 'utf8')).toContain(
      '`node-modules` was left in: config/fonts.rb'
    )
  })

  it('names a glob that matches nothing, and refuses one that takes a program away, before it is built', async () => {
    const fork = new Fork()
    const { code } = await fork.build({ ffmpeg: 'without' }, configWith(ALL, '  trim: [safe, docs/, nowhere/]\n'))
    expect(code).toBe(0)
    expect(fork.report().warnings).toContain('slug.trim: "nowhere/" matches nothing in the built app')
    const refused = await fork.build({ ffmpeg: 'without' }, configWith(ALL, '  trim: [safe, /bin]\n'))
    expect(refused.code).toBe(1)
    expect(refused.output).toContain(
      'slug.trim: "/bin" takes away bin/heroku-web, which the process type web needs (`bin/heroku-web`)'
    )
    expect(refused.output).not.toContain('Buildpack 1 of')
    expect(existsSync(path.join(fork.output, 'slug.tgz'))).toBe(false)
  })

  it('takes globs of the config, too, and Node where streaming runs elsewhere', async () => {
    const fork = new Fork()
    const rules = async (inputs: Record<string, string>, more: string): Promise<string[]> => {
      await fork.build({ ffmpeg: 'without', ...inputs }, configWith(ALL, more))
      return fork.report().trim.rules.map(({ name }) => name)
    }
    expect(await rules({}, '  trim: [safe, "public/emoji/**"]\n')).toContain('slug.trim')
    expect(await rules({ 'streaming-app': 'my-streaming' }, '')).toEqual(
      expect.arrayContaining(['node-modules', 'node'])
    )
  })
})

describe('the slug without ffmpeg', () => {
  const shaOf = (fork: Fork, name: 'with' | 'without'): string =>
    fork.report().variants.find(variant => variant.name === name)!.sha256!

  it('is the same, byte for byte, as one built without the buildpack from the start', async () => {
    const fork = new Fork()
    await fork.build({}, configWith(ALL))
    const derived = fork.report().variants[1]
    expect(derived).toMatchObject({ name: 'without', derivation: 'subtracted' })
    await fork.build({}, configWith(ALL.slice(1)))
    expect(fork.report().variants).toMatchObject([{ name: 'without', sha256: derived!.sha256 }])
  })

  it('has the apt step run again where the Aptfile brings ffmpeg, and that one is mended before it starts', async () => {
    const aptfile = (text: string) => (folder: string) => writeFileSync(path.join(folder, 'Aptfile'), text)
    const fork = new Fork(aptfile('ffmpeg\tlibidn12 \nlibxdamage1\n'))
    const { code, output } = await fork.build({ ffmpeg: 'with' }, configWith(ALL.slice(1)))
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    const { ffmpeg, variants } = fork.report()
    expect(ffmpeg.programs).toContainEqual({
      path: '.apt/usr/bin/ffmpeg',
      layer: './buildpacks/apt',
      onPath: true,
      inPackage: false,
      stays: false
    })
    expect(ffmpeg.check).toMatchObject({
      works: true,
      mended: ['.apt/usr/lib/x86_64-linux-gnu/pulseaudio'],
      encoders: ['libx264', 'aac', 'libmp3lame', 'libvpx-vp9']
    })
    expect(variants[1]).toMatchObject({ name: 'without', derivation: 'apt-again' })

    const plain = new Fork(aptfile('libidn12\n'))
    await plain.build({}, configWith(ALL.slice(1)))
    expect(shaOf(plain, 'without')).toBe(shaOf(fork, 'without'))
  })

  it('is built again where a later step wrote over files of the provider', async () => {
    const meddle = (folder: string): void =>
      addBuildpack(
        folder,
        'meddler',
        'f="$1/.heroku/activestorage-preview/bin/ffmpeg"; [ -f "$f" ] && echo "# seen" >> "$f"; echo on > "$1/meddler.txt"'
      )
    const fork = new Fork(meddle)
    await fork.build({}, configWith(['activestorage-preview', 'meddler']))
    expect(fork.report().variants[1]).toMatchObject({ derivation: 'built-again' })
    const derived = shaOf(fork, 'without')
    await fork.build({}, configWith(['meddler']))
    expect(shaOf(fork, 'without')).toBe(derived)
  })

  it('is all there is where nothing brings ffmpeg; with asks for activestorage-preview', async () => {
    const fork = new Fork()
    const config = configWith(['apt', 'nodejs', 'ruby'])
    expect((await fork.build({}, config)).outputs).toMatchObject({ ffmpeg: 'without', 'slug-size-with-ffmpeg': '' })
    // Nothing answers there, so that the test goes nowhere.
    const forced = await fork.build({ ffmpeg: 'with' }, config, { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
    expect(forced.code).toBe(1)
    expect(forced.output).toMatch(
      /No buildpack says that it brings ffmpeg, so https:\/\/github\.com\/heroku\/heroku-buildpack-activestorage-preview is added/
    )
    expect(forced.output).toMatch(
      /::error::Buildpack heroku\/heroku-buildpack-activestorage-preview could not be fetched/
    )
  })

  it('is taken by auto where ffmpeg does not start, and refused by with', async () => {
    const broken = (folder: string): void =>
      addBuildpack(
        folder,
        'broken-ffmpeg',
        'mkdir -p "$1/opt/bin"; printf "#!/bin/sh\\nexit 1\\n" > "$1/opt/bin/ffmpeg"; chmod +x "$1/opt/bin/ffmpeg"'
      )
    const fork = new Fork(broken)
    const config = configWith(['broken-ffmpeg', 'nodejs'])
    const auto = await fork.build({}, config)
    expect(auto.outputs['ffmpeg']).toBe('without')
    expect(auto.summary).toContain('the one in this build does not start')
    const forced = await fork.build({ ffmpeg: 'with' }, config)
    expect(forced.code).toBe(1)
    expect(forced.output).toMatch(/::error::The slug is not fit to ship: ffmpeg does not start/)
  })
})

describe('whether the slug has ffmpeg', () => {
  const PROGRAM = 'buildpacks/activestorage-preview/opt/ffmpeg'
  const media = (folder: string): void =>
    addBuildpack(
      folder,
      'heroku-buildpack-media',
      `m="$1/.heroku/media/bin"; mkdir -p "$m" "$1/.profile.d"; cp "$1/${PROGRAM}" "$1/buildpacks/activestorage-preview/opt/ffprobe" "$m/"
echo x > "$m/identify"; chmod +x "$m"/*; echo 'export PATH="$HOME/.heroku/media/bin:$PATH"' > "$1/.profile.d/media.sh"`
    )
  const names = (slug: string): string =>
    execFileSync('tar', ['-tzf', slug], { encoding: 'utf8' }).replaceAll('./app/', '')

  it('is seen in the tree, not by the names of buildpacks', async () => {
    const fork = new Fork(media)
    const { code, outputs, output } = await fork.build(
      { ffmpeg: 'without' },
      configWith(['heroku-buildpack-media', 'nodejs'])
    )
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    const { variants, ffmpeg } = fork.report()
    expect(variants).toMatchObject([{ name: 'with' }, { name: 'without', derivation: 'programs' }])
    expect(ffmpeg.providers).toEqual(['./buildpacks/heroku-buildpack-media'])
    expect(outputs['ffmpeg']).toBe('without')
    const slug = names(path.join(fork.output, 'slug.tgz'))
    expect(slug).toContain('.heroku/media/bin/identify\n')
    expect(slug).not.toMatch(/\.heroku\/media\/bin\/ff/)
    // It would have been called so before.
    expect(
      (await fork.build({}, configWith(['heroku-buildpack-media', 'nodejs'], '  limit: 1GB\n'))).outputs
    ).toMatchObject({
      ffmpeg: 'with',
      'slug-size-with-ffmpeg': expect.stringMatching(/^\d+$/)
    })
    expect(fork.report().ffmpeg.check).toMatchObject({ works: true })
  })

  it('is told where a name says so and there is none', async () => {
    const fork = new Fork(folder => addBuildpack(folder, 'empty-ffmpeg', 'echo nothing > "$1/nothing.txt"'))
    const config = configWith(['empty-ffmpeg', 'nodejs'])
    const auto = await fork.build({}, config)
    expect(auto.outputs).toMatchObject({ ffmpeg: 'without', 'slug-size-with-ffmpeg': '' })
    expect(auto.output).toMatch(/::warning::ffmpeg was expected from \.\/buildpacks\/empty-ffmpeg, and no slug/)
    const forced = await fork.build({ ffmpeg: 'with' }, config)
    expect(forced.code).toBe(1)
    expect(forced.output).toContain(
      '::error::The slug is not fit to ship: the built tree has no executable called ffmpeg'
    )
    expect(forced.output).toContain('heroku-buildpack-activestorage-preview in front of `slug.buildpacks`')
  })

  it('counts one that was committed: without refuses it before anything is built, auto says so', async () => {
    const commit = (folder: string): void => {
      mkdirSync(path.join(folder, 'vendor/ffmpeg/bin'), { recursive: true })
      cpSync(path.join(folder, PROGRAM), path.join(folder, 'vendor/ffmpeg/bin/ffmpeg'))
    }
    const fork = new Fork(commit)
    const refused = await fork.build({ ffmpeg: 'without' }, configWith(['nodejs']))
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(/::error::ffmpeg is in the commit, .*vendor\/ffmpeg\/bin\/ffmpeg/)
    expect(refused.output).toMatch(/\.slugignore.*slug\.trim/)
    expect(refused.output).not.toContain('Buildpack 1 of')

    const auto = await fork.build({}, configWith(['activestorage-preview', 'nodejs'], '  limit: 1GB\n'))
    expect(auto.code).toBe(0)
    expect(auto.outputs).toMatchObject({ ffmpeg: 'with', 'slug-size-without-ffmpeg': '' })
    expect(auto.output).toMatch(/::warning::ffmpeg cannot be taken out.*vendor\/ffmpeg\/bin\/ffmpeg \(source\)/)
    expect(auto.summary).toMatch(/vendor\/ffmpeg\/bin\/ffmpeg.*not on the PATH.*cannot be taken out/)
    expect(fork.report().variants).toMatchObject([{ name: 'with' }])

    const trimmed = await fork.build(
      { ffmpeg: 'without' },
      configWith(['nodejs'], '  trim: [safe, "vendor/ffmpeg/**"]\n')
    )
    expect(trimmed.code).toBe(0)
    expect(names(path.join(fork.output, 'slug.tgz'))).not.toContain('vendor/ffmpeg')
  })

  it('fails with all written if what a build brings cannot be taken out', async () => {
    const fork = new Fork(folder =>
      addBuildpack(
        folder,
        'linker',
        `mkdir -p "$1/node_modules/ws/bin" "$1/.profile.d"; cp -p "$1/${PROGRAM}" "$1/node_modules/ws/bin/ffmpeg"
echo 'export PATH="$HOME/node_modules/ws/bin:$PATH"' > "$1/.profile.d/bin.sh"`
      )
    )
    const { code, output, summary } = await fork.build({ ffmpeg: 'without' }, configWith(['linker', 'nodejs']))
    expect(code).toBe(1)
    expect(output).toMatch(
      /::error::The slug is not fit to ship: ffmpeg is in it and cannot be taken out: node_modules\/ws\/bin\/ffmpeg/
    )
    expect(output).toMatch(/slug\.trim.*ffmpeg: with/)
    expect(summary).toMatch(/^## Not fit to ship: ffmpeg is in it/)
    expect(fork.has('slug.tgz') && fork.has('report.json')).toBe(true)
  })
})

import { describe, expect, it } from '@jest/globals'
import { chooseBuildpacks } from '../../src/buildpacks/choose.ts'
import { imagesFor } from '../../src/buildpacks/images.ts'
import { mergeProcessTypes, parseReleaseOutput, readProcfile } from '../../src/buildpacks/procfile.ts'
import { parseBuildpack } from '../../src/buildpacks/reference.ts'
import { UserError } from '../../src/runtime/index.ts'
import { makeTree } from '../slug/helpers.ts'

describe('the name of a buildpack', () => {
  it.each([
    ['heroku/nodejs', { kind: 'registry', name: 'heroku/nodejs' }],
    ['urn:buildpack:heroku/ruby', { kind: 'registry', name: 'heroku/ruby' }],
    [
      'https://github.com/heroku/heroku-buildpack-apt',
      { kind: 'git', url: 'https://github.com/heroku/heroku-buildpack-apt', ref: undefined }
    ],
    ['https://github.com/x/y.git#v1.2/beta', { kind: 'git', url: 'https://github.com/x/y.git', ref: 'v1.2/beta' }],
    ['https://example.com/a/b.tgz', { kind: 'tarball', url: 'https://example.com/a/b.tgz' }],
    ['https://github.com/x/y/archive/refs/tags/v1.tar.gz', { kind: 'tarball' }],
    ['./buildpacks/mine/', { kind: 'folder', folder: 'buildpacks/mine' }],
    ['/opt/buildpack', { kind: 'folder', folder: '/opt/buildpack' }],
    ['http://127.0.0.1:1234/x.tgz', { kind: 'tarball' }]
  ])('%s', (text, expected) => expect(parseBuildpack(text, 'config')).toMatchObject({ text, ...expected }))

  it.each([
    ['ruby', /its form is not known/],
    ['', /its form is not known/],
    ['heroku/ruby\n::error::', /control characters/],
    ['http://example.com/x.tgz', /only https/],
    ['git@github.com:x/y.git', /by ssh, and a build has no key/],
    ['ssh://git@github.com/x/y', /by ssh, and a build has no key/],
    ['git://gitlab.com/x/y', /only https/],
    ['git://github.com.evil.example/x/y', /only https/],
    ['git://user@github.com/x/y', /would be printed/],
    ['git://github.com/x/y/z', /only https/],
    ['git://github.com/x/y#--upload-pack=id', /not a branch, tag or commit/],
    ['file:///etc', /only https/],
    ['ext::sh -c id', /spaces/],
    ['https://user:token@example.com/x.tgz', /would be printed/],
    ['https://github.com/x/y#--upload-pack=id', /not a branch, tag or commit/],
    ['https://github.com/x/y#%', /not a branch, tag or commit/],
    ['../elsewhere', /leads out of the commit/],
    ['./a/../../b', /leads out of the commit/]
  ])('%j is refused', (text, says) => {
    expect(() => parseBuildpack(text, 'config')).toThrow(UserError)
    expect(() => parseBuildpack(text, 'config')).toThrow(says)
  })

  it.each([
    'https://user:hunter2@example.com/x',
    'https:user:hunter2@example.com/x',
    'https://user:p@hunter2@example.com/x',
    'https://user:hunter2@example.com:99999/x',
    'https://user:hunter2@example.com/with space'
  ])('never shows the password of %j', text => {
    expect(() => parseBuildpack(text, 'config')).toThrow(/cannot be used/)
    expect(() => parseBuildpack(text, 'config')).not.toThrow(/hunter2/)
  })

  it.each([
    ['git://github.com/x/y.git#v1', 'https://github.com/x/y.git', 'v1'],
    ['git://www.GitHub.com/x/y', 'https://github.com/x/y', undefined]
  ])('%s, which GitHub serves no more, is read as its https address', (written, url, ref) => {
    const reference = parseBuildpack(written, 'app.json')
    const text = `${url}${ref ? `#${ref}` : ''}`
    expect(reference).toMatchObject({ kind: 'git', url, ref, text })
    expect(reference.note).toContain(`${written} is read as ${text}`)
    expect(chooseBuildpacks([{ buildpack: written }], undefined).warnings).toEqual([reference.note])
  })

  it('may be a folder of the runner in the config, not in app.json', () => {
    expect(() => parseBuildpack('/opt/x', 'app.json')).toThrow(/only name a folder of the commit/)
  })
})

describe('the list of buildpacks', () => {
  const texts = (...args: Parameters<typeof chooseBuildpacks>): string[] =>
    chooseBuildpacks(...args).chosen.map(({ reference }) => reference.text)
  const appJson = '{"buildpacks":[{"url":"heroku/nodejs"},{"url":"heroku/ruby"}]}'

  it('is the config’s, else app.json’s, in order', () => {
    expect(texts([{ buildpack: 'heroku/go', sha256: 'x' }], appJson)).toEqual(['heroku/go'])
    expect(texts(undefined, appJson)).toEqual(['heroku/nodejs', 'heroku/ruby'])
    expect(texts([], appJson)).toEqual(['heroku/nodejs', 'heroku/ruby'])
  })

  it('of the config needs no app.json, not even one that can be read', () => {
    expect(texts([{ buildpack: 'heroku/go' }], '{')).toEqual(['heroku/go'])
  })

  it.each([
    [undefined, /Nothing names the buildpacks: .*there is no app\.json/],
    ['{}', /Nothing names the buildpacks: .*app\.json has no `buildpacks`/],
    ['{"buildpacks":[]}', /Nothing names the buildpacks: .*app\.json has no `buildpacks`/],
    ['{\n "buildpacks": [{ "url": "ruby" }]}', /^app\.json:2:26: The buildpack "ruby" cannot be used: its form/],
    [JSON.stringify({ buildpacks: Array(31).fill({ url: 'a/b' }) }), /31 buildpacks are too many/]
  ])('%s is an error', (text, says) => expect(() => texts(undefined, text)).toThrow(says))
})

const typesIn = (Procfile: string): Readonly<Record<string, string>> => readProcfile(makeTree({ Procfile })).types

describe('process types', () => {
  it('are the Procfile’s lines', () => {
    expect(
      typesIn('\ufeffweb: bin/heroku-web\r\n\n# streaming: no\n  worker:   bundle exec sidekiq -q a:b \n__proto__: x')
    ).toEqual(
      Object.fromEntries([
        ['web', 'bin/heroku-web'],
        ['worker', 'bundle exec sidekiq -q a:b'],
        ['__proto__', 'x']
      ])
    )
  })

  it.each([
    ['web', /Procfile:1: "web" is not a process type/],
    ['ok: x\n\nweb:', /Procfile:3:/],
    ['web:\t\r\nworker: x', /Procfile:1: the process type "web" has no command/],
    ['web : x', /Procfile:1: "web " is not a name for a process type/],
    ['a b: x', /not a name for a process type/],
    ['wörker: x', /not a name for a process type/],
    ['web.1: x', /not a name for a process type/],
    [': x', /not a name for a process type/],
    [`${'n'.repeat(129)}: x`, /not a name for a process type/],
    ['web:\0 x', /not text in UTF-8/],
    [Buffer.from('\ufeffweb: x', 'utf16le').toString('utf8'), /not text in UTF-8/],
    ['web: a\nWEB: b\n\u001b[31m', /Procfile:3: " \[31m" is not a process type/],
    ['web: a\nweb: b', /Procfile:2: the process type "web" is there twice/],
    [`web: ${'x'.repeat(10_001)}`, /longer than/]
  ])('%j is an error', (text, says) => expect(() => typesIn(text)).toThrow(says))

  it('are lines with tabs and without the last line end, too', () => {
    expect(typesIn('\tweb:\tbin/heroku-web\t\r\nworker:bundle exec sidekiq')).toEqual({
      web: 'bin/heroku-web',
      worker: 'bundle exec sidekiq'
    })
  })

  it('are read of a file of this very name, and its comments are kept', () => {
    expect(readProcfile(makeTree({ Procfile: 'web: x\n# worker: y z\n# Note: prose\n#worker:\n' }))).toEqual({
      file: 'Procfile',
      types: { web: 'x' },
      comments: [
        { type: 'worker', line: 2, text: '# worker: y z' },
        { type: 'Note', line: 3, text: '# Note: prose' }
      ]
    })
    expect(readProcfile(makeTree({ PROCFILE: 'not read: at all' }))).toEqual({
      file: 'PROCFILE',
      types: {},
      comments: []
    })
    expect(readProcfile(makeTree({ 'Procfile.dev': 'web: x' }))).toEqual({ types: {}, comments: [] })
  })

  it('cannot be read of a folder', () => {
    expect(() => readProcfile(makeTree({ 'Procfile/web': 'x' }))).toThrow(/Procfile is a folder, or a link/)
  })

  it('are found in milliseconds, however long a line is', () => {
    const started = Date.now()
    for (const char of [' ', '#', 'a', ':', '\t']) {
      expect(() => typesIn(`a${char.repeat(1_000_000)}b`)).toThrow(UserError)
      readProcfile(makeTree({ Procfile: `#${char.repeat(1_000_000)}` }))
    }
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it('of the Procfile stand over those of the buildpack', () => {
    const release = '---\naddons: []\ndefault_process_types:\n  web: default\n  rake: bundle exec rake\n'
    expect(mergeProcessTypes(parseReleaseOutput(release, 'b'), { web: 'mine' })).toEqual({
      web: 'mine',
      rake: 'bundle exec rake'
    })
    expect(parseReleaseOutput('', 'b')).toEqual({})
    expect(parseReleaseOutput('--- {}', 'b')).toEqual({})
  })

  it.each([
    'a: [',
    'default_process_types: { web: { a: b } }',
    'default_process_types: { "a b": x }',
    'default_process_types: { web: 7 }',
    'default_process_types: bash',
    'default_process_types: [bash]',
    `a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\ndefault_process_types: { web: [*c, *c, *c, *c] }`
  ])('%j of a release step is an error', text => {
    expect(() => parseReleaseOutput(text, 'mine')).toThrow(/buildpack mine/)
  })
})

describe('the images of a stack', () => {
  it('are Heroku’s', () =>
    expect(imagesFor('heroku-26')).toEqual({ build: 'heroku/heroku:26-build', run: 'heroku/heroku:26' }))
  it.each(['container', 'cnb', 'heroku', 'heroku-24; rm -rf /', ''])('%j is refused', stack =>
    expect(() => imagesFor(stack)).toThrow(UserError)
  )
})

import { describe, expect, it } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { artifactsOfRun, downloadFile } from '../../src/github/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { temp } from '../helpers/temp.ts'
import { reportZip, zipOf, type ZipEntry } from '../helpers/zip.ts'
import { SECRETS, sha, useGithub } from './world.ts'

const world = useGithub()
const RUN = { id: 7, event: 'pull_request', sha: sha('a'), branch: 'topic' }

/** Downloads the newest artifact of the run, and looks that nothing is left. */
async function download(zip: Buffer, maxZip = 1_000_000): Promise<string> {
  world.fake.repository.addArtifact(RUN, zip)
  const github = world.connect()
  const [artifact] = await artifactsOfRun(github, RUN.id, 'slug-report')
  const into = temp()
  const clock = new TestClock()
  try {
    return await downloadFile(github, artifact!, { file: 'report.json', maxBytes: 1_000, maxZip, into, clock })
  } finally {
    expect(readdirSync(into)).toEqual([])
  }
}

describe('the artifacts of a run', () => {
  it('are those of its name that are still there, the newest first', async () => {
    const { repository } = world.fake
    repository.addArtifact(RUN, Buffer.from('1'))
    const second = repository.addArtifact(RUN, Buffer.from('22'))
    repository.addArtifact(RUN, Buffer.from('3'), { expired: true })
    repository.addArtifact(RUN, Buffer.from('4'), { name: 'other' })
    repository.addArtifact({ ...RUN, id: 8 }, Buffer.from('5'))
    const found = await artifactsOfRun(world.connect(), 7, 'slug-report')
    expect(found).toHaveLength(2)
    expect(found[0]).toMatchObject({ id: second, bytes: 2, headSha: sha('a'), ownCode: true })
  })

  it('are those of a fork, too', async () => {
    world.fake.repository.addArtifact({ ...RUN, repo: 'someone/fork' }, Buffer.from('1'))
    expect((await artifactsOfRun(world.connect(), 7, 'slug-report'))[0]).toMatchObject({ ownCode: false })
  })
})

describe('the file of an artifact', () => {
  it('is read, from a host that gets no token', async () =>
    expect(await download(reportZip('{"ü": 1}'))).toBe('{"ü": 1}'))

  const report = (more: Partial<ZipEntry> = {}): ZipEntry => ({ name: 'report.json', content: '{}', ...more })
  const HOSTILE: [string, Buffer, RegExp][] = [
    ['a name that leads out', zipOf([{ name: '../../report.json', content: '{}' }, report()]), /not one of a report/],
    ['an absolute name', zipOf([{ name: '/etc/passwd', content: 'x' }, report()]), /not one of a report/],
    ['a drive', zipOf([{ name: 'C:/x', content: 'x' }, report()]), /not one of a report/],
    ['backslashes', zipOf([{ name: '..\\..\\x', content: 'x' }, report()]), /not one of a report/],
    ['the file twice', zipOf([report(), report({ content: '[]' })]), /report\.json twice/],
    ['the file in a folder alone', zipOf([{ name: 'a/report.json', content: '{}' }]), /has no report\.json/],
    ['another case', zipOf([{ name: 'Report.json', content: '{}' }]), /has no report\.json/],
    ['nothing', zipOf([]), /has no report\.json/],
    ['a link', zipOf([report({ mode: 0o120777, content: '/etc/passwd' })]), /no plain file/],
    ['a device', zipOf([report({ mode: 0o020666 })]), /no plain file/],
    ['an encrypted file', zipOf([report({ flags: 0x801 })]), /encrypted/],
    ['a file that is too large', zipOf([report({ content: 'x'.repeat(1_001) })]), /larger than 1000 bytes/],
    [
      'a bomb that says it is small',
      zipOf([report({ content: Buffer.alloc(900_000), size: 10 })]),
      /not one of a report/
    ],
    ['a file that says it is larger', zipOf([report({ content: '{}', size: 900 })]), /not one of a report/],
    ['bytes that are no text', zipOf([report({ content: Buffer.from([0xff, 0xfe, 0xfd]) })]), /not one of a report/],
    [
      'very many entries',
      zipOf(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}`, content: '' }))),
      /10001 entries/
    ],
    ['no archive', Buffer.from('hello'), /not one of a report/],
    ['half an archive', reportZip('{}').subarray(0, 200), /not one of a report/]
  ]
  it.each(HOSTILE)('is refused from an archive with %s', async (_, zip, says) => {
    await expect(download(zip)).rejects.toThrow(says)
  })

  it('is refused from an archive that holds a slug, before that is downloaded', async () => {
    await expect(download(Buffer.alloc(2_000), 1_000)).rejects.toThrow(
      /has 2000 bytes, and a report's has 1000 at most/
    )
    expect(world.fake.calls.filter(call => call.includes('/zip'))).toEqual([])
  })

  it('whose archive is gone is refused, and no address is shown', async () => {
    const { repository } = world.fake
    repository.archive = () => undefined
    const error: unknown = await download(reportZip('{}')).catch((thrown: unknown) => thrown)
    for (const secret of SECRETS) expect(String(error)).not.toContain(secret)
    expect(String(error)).toMatch(/expired|could not be downloaded/)
  })
})

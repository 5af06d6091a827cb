import { afterAll, beforeAll, expect, it } from '@jest/globals'
import dgram from 'node:dgram'
import dns from 'dns-packet'
import { dnsNames } from '../../../src/checks/probes/names.ts'
import { NO_SIGNAL } from '../../helpers/local-heroku.ts'

/** A real name server of a few names. */
const ZONE: Readonly<Record<string, readonly dns.StringAnswer[]>> = {
  'site.test': [{ type: 'CNAME', name: 'site.test', data: 'haiku-1.herokudns.com' }],
  'haiku-1.herokudns.com': [
    { type: 'A', name: 'haiku-1.herokudns.com', data: '3.3.3.3' },
    { type: 'AAAA', name: 'haiku-1.herokudns.com', data: '2001:db8::3' }
  ],
  'circle.test': [{ type: 'CNAME', name: 'circle.test', data: 'circle.test' }]
}

const server = dgram.createSocket('udp4')
let names: ReturnType<typeof dnsNames>

beforeAll(async () => {
  server.on('message', (message, { port, address }) => {
    const { id, questions = [] } = dns.decode(message)
    const [{ name, type } = { name: '', type: 'A' as const }] = questions
    if (name === 'silent.test') return
    const own = ZONE[name]
    const alias = own?.find(one => one.type === 'CNAME')
    const answers =
      alias && type !== 'CNAME'
        ? [alias, ...(ZONE[alias.data] ?? []).filter(answer => answer.type === type)]
        : (own ?? []).filter(answer => answer.type === type)
    const known = own ? 0 : 3
    const code = name === 'broken.test' ? 2 : known
    server.send(
      dns.encode({ id, type: 'response', flags: dns.RECURSION_AVAILABLE | code, questions, answers: [...answers] }),
      port,
      address
    )
  })
  await new Promise<void>(resolve => server.bind(0, '127.0.0.1', resolve))
  names = dnsNames([`127.0.0.1:${server.address().port}`])
})
afterAll(() => new Promise<void>(resolve => server.close(() => resolve())))

it('follows aliases to addresses of both kinds', async () => {
  expect(await names.resolve('site.test', NO_SIGNAL)).toEqual({
    aliases: ['haiku-1.herokudns.com'],
    addresses: ['3.3.3.3', '2001:db8::3']
  })
})

it('tells a name that is not there from a DNS that does not answer', async () => {
  expect(await names.resolve('nowhere.test', NO_SIGNAL)).toEqual({ aliases: [], addresses: [] })
  await expect(names.resolve('broken.test', NO_SIGNAL)).rejects.toMatchObject({ code: 'ESERVFAIL' })
})

it('ends with the check', async () => {
  const cancel = new AbortController()
  const asked = names.resolve('silent.test', cancel.signal)
  cancel.abort()
  await expect(asked).rejects.toMatchObject({ code: 'ECANCELLED' })
})

it('does not go round in circles', async () => {
  const { aliases } = await names.resolve('circle.test', NO_SIGNAL)
  expect(aliases.length).toBeLessThan(3)
})

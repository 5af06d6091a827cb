import { expect, it } from '@jest/globals'
import { once } from 'node:events'
import net from 'node:net'
import { freePort } from '../rig/local-heroku/index.ts'

it('is free on all addresses, another each time, and never one that the machine gives to whoever asks for any', async () => {
  const ports = new Set<number>()
  for (let round = 0; round < 50; round++) {
    const port = await freePort()
    ports.add(port)
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_768)
    const taken = net.createServer().listen(port, '0.0.0.0')
    await once(taken, 'listening')
    taken.close()
    await once(taken, 'close')
  }
  expect(ports.size).toBe(50)
})

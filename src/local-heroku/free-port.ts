import net from 'node:net'

/**
 * Below the ports that the system gives to whoever asks for any (Linux: 32768 to 60999, macOS: from 49152): it could give
 * one of those to another process before the dyno has started (Linux: Documentation/networking/ip-sysctl,
 * ip_local_port_range). Each process has a share of them and hands it out in turn, so that two do not find the same port.
 */
const FIRST = 20_000
const SHARE = 400
const SHARES = 31
const own = FIRST + (process.pid % SHARES) * SHARE
let turn = 0

/** A port on which nothing listens, for the next process to start. Rejects if there is none. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < SHARE; attempt++) {
    const port = own + (turn++ % SHARE)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port was found between ${own} and ${own + SHARE - 1}`)
}

/** Whether a port is free on all addresses: there a dyno's web process listens. */
async function isFree(port: number): Promise<boolean> {
  const server = net.createServer()
  const free = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => resolve(true))
  })
  if (free) await new Promise(resolve => server.close(resolve))
  return free
}

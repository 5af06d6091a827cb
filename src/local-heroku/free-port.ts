import net from 'node:net'

/**
 * Below the ports that Linux (32768 to 60999) and macOS (49152 on) give to whoever asks for any: one of those may be
 * given to another process before the one it was found for has started (Linux: Documentation/networking/ip-sysctl,
 * ip_local_port_range). Each process hands out a share of them in turn, so that two do not find the same one either.
 */
const FIRST = 20_000
const SHARE = 400
const SHARES = 31
const own = FIRST + (process.pid % SHARES) * SHARE
let turn = 0

/** A port on which nothing listens, for a process that is started next. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < SHARE; attempt++) {
    const port = own + (turn++ % SHARE)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port was found between ${own} and ${own + SHARE - 1}`)
}

/** On all addresses, as a dyno's web process listens. */
async function isFree(port: number): Promise<boolean> {
  const server = net.createServer()
  const free = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => resolve(true))
  })
  if (free) await new Promise(resolve => server.close(resolve))
  return free
}

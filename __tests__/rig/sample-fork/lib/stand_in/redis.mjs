// The Redis of REDIS_URL, as far as the stand-in needs it: one connection, commands in order. It needs no package, so
// that the streaming server has it too, in whatever slug it runs.
import net from 'node:net'

/** Connects; rejects where nothing listens. `call` sends one command; `hear` is handed what comes unasked. */
export async function openRedis(hear = () => {}) {
  const { hostname, port, password, pathname } = new URL(process.env.REDIS_URL ?? 'redis://localhost:6379')
  const socket = net.connect(Number(port || 6379), hostname)
  const waiting = []
  let held = Buffer.alloc(0)
  const end = error => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  socket.on('error', end)
  socket.on('close', () => end(new Error('Redis is gone')))
  socket.on('data', chunk => {
    held = Buffer.concat([held, chunk])
    for (let reply = replyOf(held, 0); reply !== undefined; reply = replyOf(held, 0)) {
      held = held.subarray(reply.end)
      const next = Array.isArray(reply.value) && reply.value[0] === 'message' ? undefined : waiting.shift()
      if (!next) hear(reply.value)
      else if (reply.value instanceof Error) next.reject(reply.value)
      else next.resolve(reply.value)
    }
  })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const call = (...words) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      const parts = words.map(word => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`)
      socket.write(`*${words.length}\r\n${parts.join('')}`)
    })
  if (password) await call('AUTH', decodeURIComponent(password))
  if (pathname.length > 1) await call('SELECT', pathname.slice(1))
  return { call, close: () => socket.destroy() }
}

/** Hands one connection to `work` and closes it. */
export async function withRedis(work) {
  const redis = await openRedis()
  try {
    return await work(redis)
  } finally {
    redis.close()
  }
}

/** One reply, if all of it is there (redis.io: RESP2). */
function replyOf(bytes, from) {
  const line = bytes.indexOf('\r\n', from)
  if (line < 0) return undefined
  const text = bytes.toString('utf8', from + 1, line)
  const after = line + 2
  switch (String.fromCharCode(bytes[from])) {
    case '+':
      return { value: text, end: after }
    case '-':
      return { value: new Error(text), end: after }
    case ':':
      return { value: Number(text), end: after }
    case '$': {
      const length = Number(text)
      if (length < 0) return { value: null, end: after }
      if (bytes.length < after + length + 2) return undefined
      return { value: bytes.toString('utf8', after, after + length), end: after + length + 2 }
    }
    default: {
      const value = []
      let end = after
      for (let left = Number(text); left > 0; left--) {
        const reply = replyOf(bytes, end)
        if (reply === undefined) return undefined
        value.push(reply.value)
        end = reply.end
      }
      return { value: Number(text) < 0 ? null : value, end }
    }
  }
}

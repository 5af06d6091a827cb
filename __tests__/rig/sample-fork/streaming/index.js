// The streaming server: it says that it is up, and passes on to WebSockets what Redis says of a timeline. It loads what
// upstream's needs, so a slug without fails.
const { createHash } = require('node:crypto')
const http = require('node:http')
for (const name of ['express', 'pg', 'ws']) require(name)

const server = http.createServer((request, response) => {
  const isHealth = request.url === '/api/v1/streaming/health'
  response.writeHead(isHealth ? 200 : 404, { 'content-type': 'text/plain', 'cache-control': 'private, no-store' })
  response.end(isHealth ? 'OK' : 'Not found')
})

server.on('upgrade', (request, socket) => {
  socket.on('error', () => socket.destroy())
  stream(request, socket).catch(error => {
    console.error(error.message)
    socket.end('HTTP/1.1 500 Internal Server Error\r\n\r\n')
  })
})

/** Opens a WebSocket for a token that the instance knows, and sends what is published (mastodon: streaming/index.js). */
async function stream({ headers }, socket) {
  const { openRedis, withRedis } = await import('../lib/stand_in/redis.mjs')
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  if (!(await withRedis(({ call }) => call('HGET', 'stand_in:tokens', token))))
    return socket.end('HTTP/1.1 401 Unauthorized\r\nx-error-message: Invalid access token\r\n\r\n')
  const redis = await openRedis(([kind, , text]) => {
    if (kind === 'message') socket.write(frame(JSON.stringify({ stream: ['user'], ...JSON.parse(text) })))
  })
  socket.on('close', () => redis.close())
  await redis.call('SUBSCRIBE', 'timeline:1')
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept.digest('base64')}\r\n\r\n`
  )
  socket.on('data', () => socket.end())
}

/** A short text as a frame (RFC 6455, 5.2). */
function frame(text) {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, bytes.length]), bytes])
}

server.listen(Number(process.env.PORT || 4000), process.env.BIND || '127.0.0.1', () => {
  const { address, port } = server.address()
  console.log(`Streaming API (stand-in) now listening on ${address}:${port}`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})

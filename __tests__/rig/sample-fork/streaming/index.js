// The streaming server: here it only says that it is up. It loads what upstream's needs, so a slug without fails.
const http = require('node:http')
for (const name of ['express', 'pg', 'ws']) require(name)

const server = http.createServer((request, response) => {
  const isHealth = request.url === '/api/v1/streaming/health'
  response.writeHead(isHealth ? 200 : 404, { 'content-type': 'text/plain', 'cache-control': 'private, no-store' })
  response.end(isHealth ? 'OK' : 'Not found')
})

server.listen(Number(process.env.PORT || 4000), process.env.BIND || '127.0.0.1', () => {
  const { address, port } = server.address()
  console.log(`Streaming API (stand-in) now listening on ${address}:${port}`)
})
process.once('SIGTERM', () => server.close())

// The streaming server: here it only says that it is up.
const http = require('node:http')

const server = http.createServer((request, response) => {
  const isHealth = request.url === '/api/v1/streaming/health'
  response.writeHead(isHealth ? 200 : 404, { 'content-type': 'text/plain', 'cache-control': 'private, no-store' })
  response.end(isHealth ? 'OK' : 'Not found')
})

server.listen(Number(process.env.PORT || 4000), process.env.BIND || '127.0.0.1')

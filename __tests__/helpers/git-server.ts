import { spawn } from 'node:child_process'
import { type Handler } from './internet.ts'

/** Serves the repositories below a folder over HTTP, as GitHub does: git's own server as a CGI program (git-http-backend). */
export function gitServer(folder: string): Handler {
  return (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    const { headers, method = 'GET' } = request
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        REQUEST_METHOD: method,
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: headers['content-type'] ?? '',
        CONTENT_LENGTH: headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: [headers['git-protocol'] ?? ''].flat().join()
      }
    })
    const chunks: Buffer[] = []
    child.stdin.on('error', () => {})
    request.pipe(child.stdin)
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', () => {
      const whole = Buffer.concat(chunks)
      const end = whole.indexOf('\r\n\r\n')
      const lines = whole.subarray(0, end).toString('latin1').split('\r\n')
      const fields = lines.map(line => /^([\w-]+): (.*)$/.exec(line)!.slice(1) as [string, string])
      const { Status: status = '200', ...others } = Object.fromEntries(fields) as Record<string, string>
      response.writeHead(Number.parseInt(status), others).end(whole.subarray(end + 4))
    })
  }
}

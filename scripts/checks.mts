/** The checks that need no test run, all at once; prints what each says when it ends. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const CHECKS = ['typecheck', 'lint', 'unused', 'check-dist', 'check-licenses']

const codes = await Promise.all(
  CHECKS.map(async name => {
    const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
    const exit = new Promise<number>(resolve => child.on('close', code => resolve(code ?? 1)))
    const said = await Promise.all([text(child.stdout), text(child.stderr)])
    const code = await exit
    console.log(`${name}: ${code === 0 ? 'fine' : 'failed'}`)
    if (code !== 0) console.log(said.join('\n'))
    return code
  })
)
process.exitCode = codes.some(code => code !== 0) ? 1 : 0

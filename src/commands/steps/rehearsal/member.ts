import { randomBytes } from 'node:crypto'
import { Tail, type Tools } from '../../../deploy/index.ts'
import { runOneOff, type HerokuApp } from '../../../heroku/index.ts'
import {
  memberCommand,
  readMember,
  type ApiAnswer,
  type ApiBody,
  type AskApi,
  type InstancePlace,
  type Member,
  type MemberWishes
} from '../../../mastodon/index.ts'
import { fetchPage } from '../../../net/index.ts'
import { UserError } from '../../../runtime/index.ts'

/**
 * Makes an account on the instance, or finds the one that was made before, and looks what Redis knows of Sidekiq.
 * @param mask is handed the token
 */
export async function makeMember(
  app: HerokuApp,
  wishes: Omit<MemberWishes, 'marker'>,
  mask: (secret: string) => void,
  tools: Tools
): Promise<Member> {
  const marker = `rehearsal-${randomBytes(16).toString('hex')}`
  const tail = new Tail()
  let output = ''
  const command = memberCommand({ marker, ...wishes })
  const write = (chunk: Buffer): void => {
    output += chunk.toString('utf8')
    // The line with the token is for nobody else.
    if (!chunk.includes(marker)) tail.add(chunk)
  }
  const { exitCode } = await runOneOff(app, { command, purpose: 'member', timeout: tools.timeout, write }, tools)
  const member = exitCode === 0 ? readMember(output, marker) : undefined
  if (!member)
    throw new UserError(
      `No account could be made on the instance: \`rails runner\` ended with ${exitCode ?? 'an unknown exit code'}${tail.quote()}`,
      'Look at the lines above: the app boots as web, and not as a one-off dyno.'
    )
  mask(member.token)
  return member
}

/** Asks the API with a token. */
export function apiOf({ url, host }: InstancePlace, token: string, { clock, signal }: Tools): AskApi {
  return (method, path, body): Promise<ApiAnswer> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': body.type, 'content-length': `${body.bytes.length}` })
    }
    const send = body && { send: (request: { end: (bytes: Buffer) => unknown }) => void request.end(body.bytes) }
    return fetchPage(new URL(path, url).href, { host, method, headers, ...send }, { clock, signal })
  }
}

/** A form as a browser sends it. */
export function form(fields: Readonly<Record<string, string>>): ApiBody {
  return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(new URLSearchParams(fields).toString()) }
}

/** A test file whose set-up fails after it has started a Heroku with a dyno, a Postgres, a server and a process. */
import { afterAll, beforeAll, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import path from 'node:path'
import { appOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { startPostgres } from '../rig/postgres.ts'

let heroku: LocalHeroku | undefined

beforeAll(async () => {
  const opened = await openHeroku()
  await opened.heroku.addApp('one')
  await ship(appOf(opened.client, 'one'), makeSlug({ 'bin/work': '#!/bin/bash\nsleep 9999' }), { web: 'bin/work' })
  await until(() => opened.heroku.machine('one').dynos[0])
  await startPostgres(path.join(lastingTemp(), 'postgres'))
  createServer().listen(0, '127.0.0.1')
  spawn('sh', ['-c', 'sleep 9999; :', lastingTemp()], { detached: true })
  if (heroku === undefined) throw new Error('the set-up fails')
  heroku = opened.heroku
})
// As many do: it does not know what there is.
afterAll(() => heroku!.close())

it('would pass', () => {})

import { type PostgresFigures, type Share } from '../../heroku/index.ts'
import { configSet, NEEDS } from '../../knowledge/index.ts'
import { sizeText, wholeShareText } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'
import { fullness, lookAtPart } from '../findings.ts'

const PLANS = 'https://elements.heroku.com/addons/heroku-postgresql'
const LARGER =
  'Move to a larger plan before it is full, or make room: retention of cached media, `bin/tootctl statuses remove`.'
/** Dev Center: on-dyno-postgres-connection-pooling, for Essential plans, too; with it the release phase still goes to Postgres itself. */
const fewer = (app: string): string =>
  `Lower \`WEB_CONCURRENCY\`, \`MAX_THREADS\`, \`SIDEKIQ_CONCURRENCY\` or \`DB_POOL\`, or move to a larger plan. Or run PgBouncer on the dynos of web and worker, with ${configSet(app, NEEDS.pooled.vars)}: ${NEEDS.pooled.note}.`

/** Size, connections and tables of the database against its plan. */
export const postgres: Check = {
  name: 'postgres',
  title: 'Postgres',
  config: [],
  deadline: DYNO_DEADLINE,
  async look(world) {
    const plan = await lookAtPart('plan', async () => onHeroku(await world.app.postgres(), world.app.name))
    // What Heroku's API does not tell, the database itself does, though not how much the plan allows.
    const [missing, ...more] = ['size', 'connections'].filter(part => plan.every(({ about }) => about !== part))
    if (missing === undefined) return plan
    const inside = await lookAtPart(missing, () => fromInside(world))
    return [...plan, ...inside.filter(({ about }) => about === missing || more.includes(about ?? ''))]
  }
}

function onHeroku(figures: PostgresFigures | undefined, app: string): Finding[] {
  if (!figures) return []
  const { plan = 'its plan', status, bytes, size, connections, tables } = figures
  const findings: (Finding | undefined)[] = [
    status === undefined ? undefined : statusFinding(status, app),
    size &&
      measured(
        'size',
        size,
        `Postgres holds ${bytes === undefined ? wholeShareText(size.part, size.whole) : sizeText(bytes)} on ${plan}`,
        LARGER
      ),
    connections &&
      measured(
        'connections',
        connections,
        `${connections.part} of ${connections.whole} connections are open`,
        fewer(app)
      ),
    tables && measured('tables', tables, `${tables.part} of ${tables.whole} tables are there`, LARGER)
  ]
  return findings.filter(finding => finding !== undefined)
}

/** Heroku's word. Undefined if it is well: `Available`, of Advanced plans `available`. */
function statusFinding(status: string, app: string): Finding | undefined {
  const said = { about: 'status', text: `Heroku says of Postgres: ${status}` }
  if (/action required|access restricted/i.test(status)) return { level: 'fail', ...said, remedy: LARGER, link: PLANS }
  if (/^available\b/i.test(status)) return undefined
  const level = /unavailable|degraded|down/i.test(status) ? 'fail' : 'warn'
  return { level, ...said, remedy: `Look at \`heroku pg:info --app ${app}\` and https://status.heroku.com.` }
}

async function fromInside({ dyno, app }: Pick<World, 'dyno' | 'app'>): Promise<Finding[]> {
  const { bytes, connections, most } = await dyno.part('postgres')
  return [
    {
      level: 'ok',
      about: 'size',
      figure: sizeText(bytes),
      text: `Postgres holds ${sizeText(bytes)}; how much its plan allows is not known`
    },
    measured(
      'connections',
      { part: connections, whole: most },
      `${connections} of ${most} connections are open`,
      fewer(app.name)
    )
  ]
}

function measured(about: string, { part, whole }: Share, text: string, remedy: string): Finding {
  const level = fullness(part, whole)
  const figure = wholeShareText(part, whole)
  return level === 'ok'
    ? { level, about, figure, text }
    : { level, about, figure, text: `${text}: ${figure}`, remedy, link: PLANS }
}

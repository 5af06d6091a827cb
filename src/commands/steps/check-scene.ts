import {
  appFacts,
  dynoFacts,
  lookQuickly,
  noConfigVars,
  realNetwork,
  type Deployed,
  type Sighting,
  type Surroundings
} from '../../checks/index.ts'
import { type Config } from '../../config/index.ts'
import { createClient, HerokuApp } from '../../heroku/index.ts'
import { type GithubJob, type JobResults, type Machine, type Slice } from '../../inputs/index.ts'
import { instancePlace, parseVersion, streamingPlace, VERSION_FILE } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import { CancelledError, once, type Runtime } from '../../runtime/index.ts'
import { textAt } from '../../source/index.ts'
import { givenTo, type GivenInputs } from './check-given.ts'
import { herokuOf, masker } from './heroku.ts'
import { checkoutOf, type Checkout } from './source.ts'

export interface Scene {
  readonly around: Surroundings
  /** What answers at once, asked since before all else: at most 12 seconds. */
  readonly first: Promise<Sighting>
  /** Ends what checks that were given up may have left under way. */
  readonly close: () => Promise<void>
}

/** Milliseconds for what must be known before the checks begin: with theirs they make less than half a minute. */
const KNOWN_WITHIN = 12_000
const LATE = 'Heroku did not answer'
/** Milliseconds for which a check asks Heroku again: what it answers is told before the check's own time is over. */
const PATIENCE = 10_000

type SceneInputs = GivenInputs &
  Slice<'herokuApiUrl' | 'herokuApiKey' | 'herokuDataUrl' | 'dynoSize' | 'mastodonToken' | 'timeout'>

/** All that the checks look at. If Heroku does not give the app's config vars, the checks go on as far as they can. */
export async function openScene(
  inputs: SceneInputs,
  config: Config,
  name: string,
  job: GithubJob,
  machine: Machine,
  runtime: Runtime,
  results: JobResults
): Promise<Scene> {
  const { clock, log } = runtime
  const access = herokuOf(inputs, 'check')
  const { key } = access
  const opened = clock.now()
  const over = new AbortController()
  const signal = AbortSignal.any([runtime.signal, over.signal])
  const bounded = { ...runtime, signal }
  const platform = createClient({ url: access.url, key, clock, signal, patience: PATIENCE })
  const data = createClient({ url: inputs.herokuDataUrl, key, clock, signal, patience: PATIENCE })
  const factsOf = (app: string): ReturnType<typeof appFacts> =>
    appFacts(new HerokuApp(platform, app, clock, signal), { platform, data, clock, signal })
  const app = factsOf(name)
  const streamingApp = config.streamingApp === undefined ? undefined : factsOf(config.streamingApp)
  const network = realNetwork()
  const first = lookQuickly({ app, streamingApp, longest: inputs.timeout }, { network, clock, signal })
  // Whoever waits for it is told.
  first.catch(() => {})

  const main = new HerokuApp(platform, name, clock, signal)
  const dyno = dynoFacts(main, {
    size: inputs.dynoSize,
    start: config.checks.thresholds.dynoStart * 1_000,
    clock,
    signal: runtime.signal
  })

  const deployed = once(async () =>
    whatRuns(checkoutOf(inputs.path, machine.searchPath, bounded), (await app.slug())?.commit)
  )
  const streamingVars = async (streaming: string): Promise<Readonly<Record<string, string>>> => {
    const vars = await new HerokuApp(platform, streaming, clock, signal).configVars()
    masker(results)(vars)
    return vars
  }
  const ownUrl = async (facts: typeof app | undefined): Promise<string | null | undefined> =>
    facts && (await within(runtime, KNOWN_WITHIN, LATE, () => facts.info()).catch(() => undefined))?.web_url
  const [read, url, streamingUrl] = await Promise.all([
    readVars(main, runtime, results),
    ownUrl(app),
    ownUrl(streamingApp)
  ])
  const sources = {
    config,
    client: platform,
    key,
    app: main,
    facts: app,
    configVars: read.configVars,
    streaming: streamingApp && { name: streamingApp.name, configVars: () => streamingVars(streamingApp.name) },
    deployed
  }
  const given = givenTo(inputs, sources, job, machine, bounded, results)
  let planning: Promise<unknown> | undefined
  const around: Surroundings = {
    ...read,
    mastodonToken: inputs.mastodonToken,
    instance: instancePlace(read.configVars, url),
    streaming: streamingPlace(read.configVars, streamingUrl),
    app,
    streamingApp,
    dyno,
    wants: { ffmpeg: config.ffmpeg, slugLimit: config.slug.limit },
    deployed,
    job: { ...given, upgrade: (...of) => (planning = given.upgrade(...of)) },
    thresholds: config.checks.thresholds,
    network,
    clock,
    signal,
    log,
    longest: inputs.timeout,
    waited: clock.now() - opened
  }
  return {
    around,
    first,
    close: async () => {
      over.abort(new CancelledError('What a check left under way'))
      await Promise.all([dyno.close(), planning?.catch(() => {})])
    }
  }
}

/** The app's config vars; a key that has expired is for a check to tell. */
async function readVars(
  app: HerokuApp,
  net: Pick<Runtime, 'clock' | 'signal'>,
  results: JobResults
): Promise<Pick<Surroundings, 'configVars' | 'noConfig'>> {
  try {
    const configVars = await within(net, KNOWN_WITHIN, LATE, () => app.configVars())
    masker(results)(configVars)
    return { configVars }
  } catch (error) {
    if (net.signal.aborted) throw error
    return { configVars: {}, noConfig: noConfigVars(error) }
  }
}

/** Heroku keeps any text as a slug's commit. */
async function whatRuns(checkout: Checkout, commit: string | null | undefined): Promise<Deployed> {
  if (!commit || !/^[0-9a-f]{40}$/.test(commit)) return { commit: undefined, version: undefined }
  const text = await textAt({ ...checkout, commit, file: VERSION_FILE }).catch(() => undefined)
  return { commit, version: parseVersion(text) }
}

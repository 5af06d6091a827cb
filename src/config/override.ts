import type { Config } from './schema.ts'

/** What inputs may set instead of the config file; undefined leaves it to the file. */
export interface Overrides {
  readonly app?: string
  readonly streamingApp?: string
  readonly stagingApp?: string
  readonly ffmpeg?: Config['ffmpeg']
  /** Bytes. */
  readonly slugLimit?: number
}

/** The config with these values instead of its own. */
export function override(config: Config, { app, streamingApp, stagingApp, ffmpeg, slugLimit }: Overrides): Config {
  return {
    ...config,
    app: app ?? config.app,
    streamingApp: streamingApp ?? config.streamingApp,
    stagingApp: stagingApp ?? config.stagingApp,
    ffmpeg: ffmpeg ?? config.ffmpeg,
    slug: { ...config.slug, limit: slugLimit ?? config.slug.limit }
  }
}

import * as v from 'valibot'

/**
 * What only a process of the app itself can see, in one boot of Rails. The script prints a line of JSON a part behind a
 * marker that nobody could know before; a part that fails says why, and the others go on. It changes nothing. It holds no
 * single quote, so that it is one word of a shell.
 */
const SCRIPT = `
require "json"; require "open3"; require "time"; require "timeout"
clean = lambda { |text| text.to_s.dup.force_encoding("UTF-8").scrub.gsub(%r{\\S+://\\S+}, "...").lines.first.to_s.strip[0, 200] }
part = lambda do |name, &work|
  line = begin
    { part: name, value: Timeout.timeout(20) { work.call } }
  rescue StandardError, ScriptError => error
    { part: name, error: clean.call(error.class.to_s + ": " + error.message.to_s) }
  end
  $stdout.write("\\nMARKER " + JSON.generate(line) + "\\n")
  $stdout.flush
end
part.call("boot") do
  { ruby: RUBY_VERSION, mastodon: defined?(Mastodon::Version) ? Mastodon::Version.to_s : nil,
    memory: File.read("/proc/self/status")[/VmRSS:\\s+(\\d+)/, 1].to_i * 1024 }
end
part.call("ffmpeg") do
  tool = lambda do |variable, usual, *arguments|
    text, status = Open3.capture2e(ENV.fetch(variable, usual), *arguments)
    [status.success?, text.scrub]
  rescue SystemCallError => error
    [false, error.class == Errno::ENOENT ? "" : error.message]
  end
  tools = [%w[FFMPEG_BINARY ffmpeg], %w[FFPROBE_BINARY ffprobe]].map { |variable, usual| tool.call(variable, usual, "-version") }
  versions = tools.map { |good, text| good ? text[/version (\\S+)/, 1].to_s[0, 60] : nil }
  _, encoders = tool.call("FFMPEG_BINARY", "ffmpeg", "-hide_banner", "-encoders")
  { ffmpeg: versions[0], ffprobe: versions[1], encoders: encoders.scan(/^ [VAS]\\S{5} (\\S+)/).flatten & %w[libx264 aac libmp3lame],
    problem: tools.map { |good, text| good ? "" : clean.call(text) }.find { |text| text != "" } }
end
part.call("redis") do
  info = Sidekiq.redis { |redis| redis.call("INFO") }.to_s.scan(/^(\\w+):(.*?)\\r?$/).to_h
  { used: info.fetch("used_memory").to_i, most: info["maxmemory"].to_i, policy: info["maxmemory_policy"].to_s[0, 60],
    evicted: info["evicted_keys"].to_i, version: info["redis_version"].to_s[0, 60] }
end
part.call("sidekiq") do
  require "sidekiq/api"
  now = Time.now.to_f
  { processes: Sidekiq::ProcessSet.new.first(100).map { |process|
      { queues: Array(process["queues"]).first(50).map { |queue| queue.to_s[0, 60] }, threads: process["concurrency"].to_i,
        memory: process["rss"].to_i * 1024, silent: now - process["beat"].to_f } },
    queues: Sidekiq::Queue.all.first(50).map { |queue| { name: queue.name.to_s[0, 60], size: queue.size, latency: queue.latency.to_f } },
    dead: Sidekiq::DeadSet.new.size, retries: Sidekiq::RetrySet.new.size }
end
part.call("vacuum") do
  last = defined?(SidekiqScheduler::RedisManager) ? SidekiqScheduler::RedisManager.get_job_last_time("vacuum_scheduler") : Sidekiq.redis { |redis| redis.call("HGET", "sidekiq-scheduler:last_times", "vacuum_scheduler") }
  { ago: last && Time.now - Time.parse(last) }
end
part.call("retention") do
  %w[media content backups].zip(%i[media_cache_retention_period content_cache_retention_period backups_retention_period]).to_h do |name, setting|
    value = Setting.public_send(setting)
    [name, value.to_s == "" ? nil : value.to_i]
  end
end
part.call("postgres") do
  database = ActiveRecord::Base.connection
  role = database.select_value("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user").to_i
  { bytes: database.select_value("SELECT pg_database_size(current_database())").to_i,
    connections: database.select_value("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user").to_i,
    most: role.negative? ? database.select_value("SHOW max_connections").to_i : role,
    version: database.select_value("SHOW server_version").to_s[0, 60] }
end
part.call("migrations") do
  pool = ActiveRecord::Base.connection_pool
  context = pool.respond_to?(:migration_context) ? pool.migration_context : ActiveRecord::Base.connection.migration_context
  { pending: context.open.pending_migrations.size }
end
`

/** A line for a dyno's `bash -c`. Post-deployment migrations count as pending, too. */
export function insideCommand(marker: string): string {
  return `env -u SKIP_POST_DEPLOYMENT_MIGRATIONS bundle exec rails runner '${SCRIPT.replaceAll('MARKER', marker)}'`
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const figure = v.pipe(v.number(), v.finite())
const word = v.pipe(v.string(), v.maxLength(200))

const shapes = {
  /** `memory`: bytes of this process, booted as web and worker are. */
  boot: v.object({ ruby: word, mastodon: v.nullable(word), memory: count }),
  /** Versions; null where the program does not run. `problem`: what it said instead. */
  ffmpeg: v.object({
    ffmpeg: v.nullable(word),
    ffprobe: v.nullable(word),
    encoders: v.pipe(v.array(word), v.maxLength(10)),
    problem: v.nullable(word)
  }),
  /** Of Sidekiq's Redis. Bytes; `most` is 0 where there is no limit. */
  redis: v.object({ used: count, most: count, policy: word, evicted: count, version: word }),
  sidekiq: v.object({
    /** `silent`: seconds since its last heartbeat; `memory`: bytes, 0 where it does not say. */
    processes: v.pipe(
      v.array(
        v.object({ queues: v.pipe(v.array(word), v.maxLength(50)), threads: count, memory: count, silent: figure })
      ),
      v.maxLength(100)
    ),
    /** `latency`: seconds for which the oldest job waits. */
    queues: v.pipe(v.array(v.object({ name: word, size: count, latency: figure })), v.maxLength(50)),
    dead: count,
    retries: count
  }),
  /** Seconds since sidekiq-scheduler last started Mastodon's vacuum; null where it never did. */
  vacuum: v.object({ ago: v.nullable(figure) }),
  /** Days; null where nothing is set. */
  retention: v.object({ media: v.nullable(count), content: v.nullable(count), backups: v.nullable(count) }),
  /** Bytes; connections of this role, and how many it may have. */
  postgres: v.object({ bytes: count, connections: count, most: count, version: word }),
  migrations: v.object({ pending: count })
}

export type Part = keyof typeof shapes
export type PartValue<Name extends Part> = v.InferOutput<(typeof shapes)[Name]>

/** What the script said: a value or an error for each part that came. */
export type Inside = { readonly [Name in Part]?: { readonly value: PartValue<Name> } | { readonly error: string } }

const line = v.object({
  part: v.picklist(Object.keys(shapes) as Part[]),
  value: v.optional(v.unknown()),
  error: v.optional(word)
})

/** Reads the script's lines out of a dyno's output, which is hostile: what does not have its very shape is an error of its part. */
export function readInside(output: string, marker: string): Inside {
  const found: Record<string, { value: unknown } | { error: string }> = {}
  for (const text of output.split(/\r?\n/)) {
    if (!text.startsWith(`${marker} `)) continue
    const said = v.safeParse(v.pipe(v.string(), v.parseJson(), line), text.slice(marker.length + 1))
    if (!said.success) continue
    const { part, value, error } = said.output
    const read = error === undefined ? v.safeParse(shapes[part], value) : undefined
    found[part] = read?.success ? { value: read.output } : { error: error ?? 'its answer has not the expected shape' }
  }
  return found
}

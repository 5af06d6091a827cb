import * as v from 'valibot'

/**
 * What only a process of the app itself can see, in one boot of Rails. The script prints a line of JSON a part behind a
 * marker that nobody could know before, as soon as it is known; a part that fails says why. Each server has a lane of its
 * own, with one connection, so that one that hangs keeps its own lane alone from going on, and that not for long. It
 * changes nothing. It holds no single quote, so that it is one word of a shell.
 */
const SCRIPT = `
begin; Process.kill(:TERM, Integer(ENV.delete("LOOK_OUT"))); rescue StandardError; nil; end
require "json"; require "time"; require "timeout"
clean = lambda { |text| text.to_s.dup.force_encoding("UTF-8").scrub.gsub(%r{\\S+://\\S+}, "...").lines.first.to_s.strip.then { |line| line.size > 200 ? line[0, 200].sub(/\\S+\\z/, "") + "..." : line } }
lock = Mutex.new
told = {}
tell = lambda do |name, said|
  lock.synchronize do
    next if told[name]
    told[name] = true
    $stdout.write("\\nMARKER " + JSON.generate({ part: name }.merge(said)) + "\\n")
    $stdout.flush
  end
end
look = lambda do |name, work|
  tell.call(name, begin
    { value: work.call }
  rescue StandardError, ScriptError => error
    { error: clean.call((error.is_a?(Timeout::Error) ? "" : error.class.to_s + ": ") + error.message.to_s) }
  end)
end
parts = {}
part = lambda { |name, &work| parts[name] = work }
look.call("boot", lambda do
  { ruby: RUBY_VERSION, mastodon: defined?(Mastodon::Version) ? Mastodon::Version.to_s : nil,
    memory: File.read("/proc/self/status")[/VmRSS:\\s+(\\d+)/, 1].to_i * 1024 }
end)
part.call("ffmpeg") do
  tool = lambda do |variable, usual, *arguments|
    text = IO.popen([ENV.fetch(variable, usual), *arguments, { err: [:child, :out], in: File::NULL, pgroup: true }]) do |pipe|
      begin
        Timeout.timeout(SECONDS * 0.6) { pipe.read }
      rescue Timeout::Error
        Process.kill(:KILL, -pipe.pid)
        raise Timeout::Error, usual + " gave no answer"
      end
    end
    [$?.success?, text.scrub]
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
database = lambda do |&work|
  ActiveRecord::Base.transaction do
    ActiveRecord::Base.connection.execute("SET LOCAL statement_timeout = " + (SECONDS * 400).to_i.to_s)
    work.call(ActiveRecord::Base.connection)
  end
end
part.call("postgres") do
  database.call do |connection|
    role = connection.select_value("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user").to_i
    { bytes: connection.select_value("SELECT pg_database_size(current_database())").to_i,
      connections: connection.select_value("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user").to_i,
      most: role.negative? ? connection.select_value("SHOW max_connections").to_i : role,
      version: connection.select_value("SHOW server_version").to_s[0, 60] }
  end
end
part.call("migrations") do
  pool = ActiveRecord::Base.connection_pool
  database.call do |connection|
    context = pool.respond_to?(:migration_context) ? pool.migration_context : connection.migration_context
    { pending: context.open.pending_migrations.size }
  end
end
part.call("retention") do
  Rails.cache = ActiveSupport::Cache::NullStore.new if defined?(Rails) && Rails.respond_to?(:cache=)
  database.call do
    %w[media content backups].zip(%i[media_cache_retention_period content_cache_retention_period backups_retention_period]).to_h do |name, setting|
      value = Setting.public_send(setting)
      [name, value.to_s == "" ? nil : value.to_i]
    end
  end
end
clock = lambda { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
over = clock.call + SECONDS
lanes = [%w[ffmpeg], %w[redis sidekiq vacuum], %w[postgres migrations retention]].map do |names|
  [names, Thread.new { names.each { |name| look.call(name, parts[name]) } }]
end
lanes.each do |names, thread|
  next if thread.join([over - clock.call, 0].max)
  hung, *others = names.reject { |name| told[name] }
  next if hung.nil?
  tell.call(hung, error: "no answer within SECONDS seconds")
  others.each { |name| tell.call(name, error: "not asked: " + hung + " before it gave no answer within SECONDS seconds") }
end
exit!(0) if lanes.any? { |_, thread| thread.alive? }
`

/**
 * Around it, what shows life while Rails boots: one line when the command begins, then one whenever the very process that
 * becomes Rails has used a fifth of a second of processor time more (`/proc/PID/stat`, fields 14 to 17; proc(5)). It is
 * looked at from outside, so that one which waits for a server shows nothing, whatever threads it has. The script ends
 * the look-out before it prints: two processes do not write at the same time.
 */
const LIFE = `printf "\\nMARKER up\\n"
{ used=0
while sleep 1 > /dev/null 2>&1 && { read -r stat < /proc/$$/stat; } 2> /dev/null; do
  set -- \${stat##*) }; now=$((\${12} + \${13} + \${14} + \${15}))
  if [ $((now - used)) -ge 20 ]; then used=$now; printf "\\nMARKER alive %s\\n" "$now"; fi
done; } &
`

/** Seconds that each lane has. */
const LANE = 8

/**
 * Lines for a dyno's `bash -c`. Post-deployment migrations count as pending, too.
 * @param seconds for each server to answer all that it is asked
 */
export function insideCommand(marker: string, seconds = LANE): string {
  const rails = `exec env -u SKIP_POST_DEPLOYMENT_MIGRATIONS LOOK_OUT=$! bundle exec rails runner '${SCRIPT}'`
  return (LIFE + rails).replaceAll('MARKER', marker).replaceAll('SECONDS', `${seconds}`)
}

/** Whether whole lines of output hold one that shows life: the script's own, or the look-out's. */
export function showsLife(output: string, marker: string): boolean {
  return output.split(/\r?\n/).some(text => text.startsWith(`${marker} `))
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
export const PARTS = Object.keys(shapes) as readonly Part[]
export type PartValue<Name extends Part> = v.InferOutput<(typeof shapes)[Name]>

/** What the script said: a value or an error for each part that came. */
export type Inside = { readonly [Name in Part]?: { readonly value: PartValue<Name> } | { readonly error: string } }

const line = v.object({
  part: v.picklist(PARTS),
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

# What only a process of the app itself can see, in one boot of Rails (see inside.sh; read by ../inside.ts). It prints a
# line of JSON for each part, behind MARKER, as soon as the part is known; a part that fails says why. Each server has a
# lane: a thread with a connection of its own, which has LANE seconds. A server that hangs stops its own lane alone.
# It changes nothing. It has no single quote and no text over several lines: it travels in a command line.
begin
  Process.kill(:TERM, Integer(ENV.delete("LOOK_OUT")))
rescue StandardError
  nil
end
require "json"
require "time"
require "timeout"
marker = ENV.delete("MARKER")
seconds = Integer(ENV.delete("LANE"))
clean = lambda do |text|
  line = text.to_s.dup.force_encoding("UTF-8").scrub.gsub(%r{\S+://\S+}, "...").lines.first.to_s.strip
  line.size > 200 ? line[0, 200].sub(/\S+\z/, "") + "..." : line
end
lock = Mutex.new
told = {}
tell = lambda do |name, said|
  lock.synchronize do
    next if told[name]
    told[name] = true
    $stdout.write("\n#{marker} #{JSON.generate({ part: name }.merge(said))}\n")
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
    memory: File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i * 1024 }
end)
part.call("ffmpeg") do
  tool = lambda do |variable, usual, *arguments|
    text = IO.popen([ENV.fetch(variable, usual), *arguments, { err: [:child, :out], in: File::NULL, pgroup: true }]) do |pipe|
      begin
        Timeout.timeout(seconds * 0.6) { pipe.read }
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
  versions = tools.map { |good, text| good ? text[/version (\S+)/, 1].to_s[0, 60] : nil }
  _, encoders = tool.call("FFMPEG_BINARY", "ffmpeg", "-hide_banner", "-encoders")
  { ffmpeg: versions[0], ffprobe: versions[1], encoders: encoders.scan(/^ [VAS]\S{5} (\S+)/).flatten & %w[libx264 aac libmp3lame],
    problem: tools.map { |good, text| good ? "" : clean.call(text) }.find { |text| text != "" } }
end
part.call("redis") do
  info = Sidekiq.redis { |redis| redis.call("INFO") }.to_s.scan(/^(\w+):(.*?)\r?$/).to_h
  { used: info.fetch("used_memory").to_i, most: info["maxmemory"].to_i, policy: info["maxmemory_policy"].to_s[0, 60],
    evicted: info["evicted_keys"].to_i, up: info["uptime_in_seconds"]&.to_i, version: info["redis_version"].to_s[0, 60] }
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
  last = if defined?(SidekiqScheduler::RedisManager)
    SidekiqScheduler::RedisManager.get_job_last_time("vacuum_scheduler")
  else
    Sidekiq.redis { |redis| redis.call("HGET", "sidekiq-scheduler:last_times", "vacuum_scheduler") }
  end
  { there: Object.const_defined?("Scheduler::VacuumScheduler"), ago: last && Time.now - Time.parse(last) }
end
database = lambda do |&work|
  ActiveRecord::Base.transaction do
    ActiveRecord::Base.connection.execute("SET LOCAL statement_timeout = #{seconds * 400}")
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
over = clock.call + seconds
lanes = [%w[ffmpeg], %w[redis sidekiq vacuum], %w[postgres migrations retention]].map do |names|
  [names, Thread.new { names.each { |name| look.call(name, parts[name]) } }]
end
lanes.each do |names, thread|
  next if thread.join([over - clock.call, 0].max)
  hung, *others = names.reject { |name| told[name] }
  next if hung.nil?
  tell.call(hung, error: "no answer within #{seconds} seconds")
  others.each { |name| tell.call(name, error: "not asked: #{hung} before it gave no answer within #{seconds} seconds") }
end
exit!(0) if lanes.any? { |_, thread| thread.alive? }

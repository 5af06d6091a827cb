# Prints the Sidekiq processes that Redis knows, one a line: host (on Heroku the name of the dyno), start (seconds since
# 1970), and the seconds since its last sign of life. Changes nothing. No single quote in here: it travels in a command line.
require "sidekiq/api"
Sidekiq::ProcessSet.new(false).each do |process|
  puts "mastodon-on-heroku: sidekiq #{process["hostname"]} #{process["started_at"].to_i} #{Time.now.to_i - process["beat"].to_i}"
end

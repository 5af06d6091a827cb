# Makes an account with a token for the API, once, and tells of Sidekiq (read by ../rehearsal.ts): for an instance that is
# made for a rehearsal alone. The account is confirmed and approved without mail, and its address is not looked up: there
# may be no DNS. If TABLES names some, what people write is made as well, as far as this code and this schema can, and their
# rows are counted, up to 1,000. Waits WAIT seconds at most for a Sidekiq process. Prints one line of JSON behind MARKER. It
# has no single quote and no text over several lines: it travels in a command line.
begin
  require "json"
  require "sidekiq/api"
  account = Account.where(username: "rehearsal", domain: nil).first_or_initialize
  account.save!(validate: false) if account.new_record?
  user = User.where(account_id: account.id).first
  if user.nil?
    word = SecureRandom.hex
    user = User.new(email: "rehearsal@rehearsal.example", password: word, agreement: true, confirmed_at: Time.now.utc, account: account)
    user.skip_confirmation!
    user.save!(validate: false)
    user.update_columns(approved: true)
  end
  application = Doorkeeper::Application.where(name: "Rehearsal").first_or_create!(redirect_uri: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write")
  token = Doorkeeper::AccessToken.where(application_id: application.id, resource_owner_id: user.id).first_or_create!(scopes: "read write")
  tables = ENV.fetch("TABLES").split(",")
  make = lambda do |&work|
    work.call if tables.any?
  rescue StandardError, ScriptError
    nil
  end
  make.call do
    status = PostStatusService.new.call(account, text: "A post of a rehearsal #rehearsal", language: "en")
    make.call { FavouriteService.new.call(account, status) }
    make.call { Bookmark.create!(account: account, status: status) }
    make.call { PostStatusService.new.call(account, text: "An answer", thread: status) }
  end
  make.call { PostStatusService.new.call(account, text: "A question", poll: { options: %w(yes no), expires_in: 86_400 }) }
  make.call do
    other = Account.where(username: "rehearsed", domain: nil).first_or_initialize
    other.save!(validate: false)
    account.follow!(other)
    other.follow!(account)
    make.call { AccountNote.create!(account: account, target_account: other, comment: "A note") }
    make.call { Report.create!(account: account, target_account: other, comment: "A report") }
  end
  make.call { List.create!(account: account, title: "A list") }
  make.call { CustomFilter.create!(account: account, title: "A filter", context: %w(home)) }
  make.call { Invite.create!(user: user, autofollow: false) }
  make.call { Rule.create!(text: "A rule") }
  make.call { Announcement.create!(text: "An announcement", published: true) }
  make.call { DomainBlock.create!(domain: "blocked.example", severity: :silence) }
  rows = tables.to_h do |table|
    [table, ActiveRecord::Base.connection.select_value("SELECT count(*) FROM (SELECT 1 FROM #{ActiveRecord::Base.connection.quote_table_name(table)} LIMIT 1000) AS first_rows").to_i]
  end
  over = Process.clock_gettime(Process::CLOCK_MONOTONIC) + Float(ENV.fetch("WAIT"))
  processes = []
  loop do
    processes = Sidekiq::ProcessSet.new.first(20)
    break if processes.any? || Process.clock_gettime(Process::CLOCK_MONOTONIC) >= over
    sleep 0.5
  end
  sidekiq = processes.map { |process| { host: process["hostname"].to_s[0, 60], started: process["started_at"].to_f, queues: Array(process["queues"]).first(50).map { |queue| queue.to_s[0, 60] } } }
  puts "\n" + ENV.fetch("MARKER") + " " + JSON.generate({ account: account.id.to_s, token: token.token, rows: rows, sidekiq: sidekiq })
rescue StandardError, ScriptError => error
  # In place of a backtrace, whose last lines say nothing.
  abort error.class.name + ": " + error.message.lines.first(3).join
end

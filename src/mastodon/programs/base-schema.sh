# Loads the schema of the tree if no migration is applied, and leaves the mark by which release.rake runs the seeds
# later, with the code that they belong to: base-schema.sh SCRIPT (applied.rb).
applied="$(bundle exec ruby -e "$1")" || exit 1
if [ -z "$applied" ]; then
  bundle exec rails db:schema:load &&
    bundle exec ruby -e 'require "pg"; PG.connect(ENV.fetch("DATABASE_URL")).exec("CREATE TABLE IF NOT EXISTS mastodon_on_heroku_setup ()")'
fi

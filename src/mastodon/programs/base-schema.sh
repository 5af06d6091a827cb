# Loads the schema of the tree if no migration is applied: base-schema.sh SCRIPT seed|mark (applied.rb). The seeds are run
# at once, or a mark is left by which release.rake runs them later, with the code that they belong to.
applied="$(bundle exec ruby -e "$1")" || exit 1
if [ -z "$applied" ]; then
  bundle exec rails db:schema:load &&
    case "$2" in
      seed) bundle exec rails db:seed ;;
      *) bundle exec ruby -e 'require "pg"; PG.connect(ENV.fetch("DATABASE_URL")).exec("CREATE TABLE IF NOT EXISTS mastodon_on_heroku_setup ()")' ;;
    esac
fi

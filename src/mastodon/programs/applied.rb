# Prints the versions in `schema_migrations`, one a line, oldest first; nothing if there is no such table. Rails is not
# booted. No single quote in here: it travels in a command line.
require "uri"
require "pg"
# libpq takes self-signed certificates, as Heroku has them, and refuses parameters that only Rails knows (`pool`).
url = URI(ENV.fetch("DATABASE_URL"))
known = PG::Connection.conndefaults.map { |option| option[:keyword] }
url.query = URI.encode_www_form(URI.decode_www_form(url.query.to_s).select { |name, _| known.include?(name) })
begin
  rows = PG.connect(url.to_s).exec("SELECT version FROM schema_migrations ORDER BY version")
  rows.each_row { |version,| puts version }
rescue PG::UndefinedTable
  nil
end

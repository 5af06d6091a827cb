# The tables after all migrations of both folders. As upstream's, it drops what is there.
ActiveRecord::Schema[8.1].define(version: 2026_06_04_120000) do
  execute <<~SQL
    DROP TABLE IF EXISTS notes, instances CASCADE
  SQL
  execute <<~SQL
    CREATE TABLE instances (id bigserial PRIMARY KEY, title text NOT NULL)
  SQL
  execute <<~SQL
    CREATE TABLE notes (
      id bigserial PRIMARY KEY,
      body text NOT NULL,
      key text,
      created_at timestamp NOT NULL DEFAULT now()
    )
  SQL
  execute <<~SQL
    CREATE INDEX index_notes_on_created_at ON notes (created_at)
  SQL
end

class CreateNotes < ActiveRecord::Migration[8.1]
  def up
    execute <<~SQL
      CREATE TABLE instances (id bigserial PRIMARY KEY, title text NOT NULL)
    SQL
    execute <<~SQL
      CREATE TABLE notes (
        id bigserial PRIMARY KEY,
        body text NOT NULL,
        old_key text,
        created_at timestamp NOT NULL DEFAULT now()
      )
    SQL
  end

  def down
    execute <<~SQL
      DROP TABLE notes, instances
    SQL
  end
end

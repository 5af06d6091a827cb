class AddKeyToNotes < ActiveRecord::Migration[8.1]
  def up
    execute <<~SQL
      ALTER TABLE notes ADD COLUMN key text
    SQL
    execute <<~SQL
      UPDATE notes SET key = old_key
    SQL
  end

  def down
    execute <<~SQL
      ALTER TABLE notes DROP COLUMN key
    SQL
  end
end

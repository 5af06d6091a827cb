class DropOldKeyFromNotes < ActiveRecord::Migration[8.1]
  def up
    execute <<~SQL
      ALTER TABLE notes DROP COLUMN old_key
    SQL
  end

  def down; end
end

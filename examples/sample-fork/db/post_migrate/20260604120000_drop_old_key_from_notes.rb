class DropOldKeyFromNotes < ActiveRecord::Migration[8.1]
  def up
    remove_column :notes, :old_key
  end

  def down; end
end

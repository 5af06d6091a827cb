class AddIndexToNotes < ActiveRecord::Migration[8.1]
  disable_ddl_transaction!

  def change
    execute <<~SQL
      CREATE INDEX CONCURRENTLY index_notes_on_created_at ON notes (created_at)
    SQL
  end
end

class AddIndexToNotes < ActiveRecord::Migration[8.1]
  def change
    # add index to notes
  end
end

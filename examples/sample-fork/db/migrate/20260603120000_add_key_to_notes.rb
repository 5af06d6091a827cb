class AddKeyToNotes < ActiveRecord::Migration[8.1]
  def change
    # add key to notes
  end
end

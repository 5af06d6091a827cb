class CreateNotes < ActiveRecord::Migration[8.1]
  def change
    # create notes
  end
end

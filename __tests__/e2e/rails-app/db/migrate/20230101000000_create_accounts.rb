# frozen_string_literal: true

class CreateAccounts < ActiveRecord::Migration[6.1]
  def change
    create_table :accounts do |t|
      t.string :username, null: false, index: { unique: true }
      t.text :private_key

      t.timestamps
    end
  end
end

# frozen_string_literal: true

class AddAccountIndexToKeypairs < ActiveRecord::Migration[7.2]
  disable_ddl_transaction!

  def change
    add_index :keypairs, :account_id, unique: true, algorithm: :concurrently
  end
end

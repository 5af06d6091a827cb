# frozen_string_literal: true

class MoveKeysToKeypairs < ActiveRecord::Migration[7.2]
  class Account < ActiveRecord::Base; end

  def up
    execute <<~SQL
      INSERT INTO keypairs (account_id, private_key, created_at, updated_at)
      SELECT id, private_key, now(), now() FROM accounts WHERE private_key IS NOT NULL
    SQL

    Account.update_all(private_key: nil)
  end

  def down
    execute 'UPDATE accounts SET private_key = keypairs.private_key FROM keypairs WHERE keypairs.account_id = accounts.id'
    execute 'DELETE FROM keypairs'
  end
end

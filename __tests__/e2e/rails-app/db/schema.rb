# frozen_string_literal: true

ActiveRecord::Schema[7.2].define(version: 2026_07_02_144128) do
  enable_extension 'plpgsql'

  create_table 'accounts', force: :cascade do |t|
    t.string 'username', null: false
    t.text 'private_key'
    t.datetime 'created_at', null: false
    t.datetime 'updated_at', null: false
    t.string 'domain'
    t.index ['username'], name: 'index_accounts_on_username', unique: true
  end

  create_table 'keypairs', force: :cascade do |t|
    t.bigint 'account_id', null: false
    t.text 'private_key', null: false
    t.datetime 'created_at', null: false
    t.datetime 'updated_at', null: false
    t.index ['account_id'], name: 'index_keypairs_on_account_id', unique: true
  end

  add_foreign_key 'keypairs', 'accounts', on_delete: :cascade
end

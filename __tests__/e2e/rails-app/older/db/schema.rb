# frozen_string_literal: true

ActiveRecord::Schema[7.2].define(version: 2024_10_07_071624) do
  enable_extension 'plpgsql'

  create_table 'accounts', force: :cascade do |t|
    t.string 'username', null: false
    t.text 'private_key'
    t.datetime 'created_at', null: false
    t.datetime 'updated_at', null: false
    t.string 'domain'
    t.index ['username'], name: 'index_accounts_on_username', unique: true
  end
end

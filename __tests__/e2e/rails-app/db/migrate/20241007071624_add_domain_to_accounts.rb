# frozen_string_literal: true

class AddDomainToAccounts < ActiveRecord::Migration[7.1]
  def change
    add_column :accounts, :domain, :string
  end
end

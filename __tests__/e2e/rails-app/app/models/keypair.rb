# frozen_string_literal: true

class Keypair < ActiveRecord::Base
  belongs_to :account
end

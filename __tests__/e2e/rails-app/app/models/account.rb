# frozen_string_literal: true

class Account < ActiveRecord::Base
  has_one :keypair

  # Until the post-deployment migration has run, keys are still where older code looks for them.
  def signing_key
    keypair&.private_key || private_key
  end
end

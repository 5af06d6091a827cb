# frozen_string_literal: true

class Account < ActiveRecord::Base
  def signing_key
    private_key
  end
end

class Note < ApplicationRecord
  SHOWN = %w[id body key].freeze
end

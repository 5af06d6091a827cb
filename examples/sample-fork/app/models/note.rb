class Note < ApplicationRecord; end

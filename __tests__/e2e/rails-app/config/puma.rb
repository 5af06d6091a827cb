# frozen_string_literal: true

threads 1, 5
bind "tcp://#{ENV.fetch('BIND', '127.0.0.1')}:#{ENV.fetch('PORT', '3000')}"
environment ENV.fetch('RAILS_ENV', 'production')

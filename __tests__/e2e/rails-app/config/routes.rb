# frozen_string_literal: true

Rails.application.routes.draw do
  get '/health', to: 'instance#health'
  get '/api/v2/instance', to: 'instance#show'
  get '/api/v1/accounts/:username', to: 'accounts#show', username: %r{[^/]+}
end

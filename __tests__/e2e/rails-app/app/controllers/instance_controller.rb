# frozen_string_literal: true

class InstanceController < ActionController::API
  # Says that puma is up, no more: it asks no database.
  def health
    render plain: 'OK'
  end

  def show
    render json: {
      domain: ENV.fetch('LOCAL_DOMAIN', request.host),
      version: Mastodon::Version.to_s,
      source_url: Mastodon::Version.source_url
    }
  end
end

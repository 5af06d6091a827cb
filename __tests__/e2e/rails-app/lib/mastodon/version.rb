# frozen_string_literal: true

module Mastodon
  module Version
    module_function

    def major
      4
    end

    def minor
      7
    end

    def patch
      0
    end

    def default_prerelease
      ''
    end

    def to_s
      [[major, minor, patch].join('.'), ENV['MASTODON_VERSION_METADATA'].presence].compact.join('+')
    end

    def source_url
      url = "https://github.com/#{ENV.fetch('GITHUB_REPOSITORY', 'mastodon/mastodon')}"
      ENV['SOURCE_TAG'].present? ? "#{url}/tree/#{ENV['SOURCE_TAG']}" : url
    end
  end
end

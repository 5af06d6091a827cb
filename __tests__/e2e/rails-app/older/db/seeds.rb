# frozen_string_literal: true

Account.create_with(private_key: SecureRandom.hex).find_or_create_by!(username: 'mastodon.internal')

# frozen_string_literal: true

account = Account.find_or_create_by!(username: 'mastodon.internal')
Keypair.create_with(private_key: SecureRandom.hex).find_or_create_by!(account: account)

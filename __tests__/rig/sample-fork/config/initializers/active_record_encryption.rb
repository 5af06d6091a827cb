# Without its three keys the app does not boot; while assets are compiled, a dummy stands in.
names = %w[DETERMINISTIC_KEY KEY_DERIVATION_SALT PRIMARY_KEY].map { |name| "ACTIVE_RECORD_ENCRYPTION_#{name}" }
abort "Set #{names.join(', ')}" unless ENV['SECRET_KEY_BASE_DUMMY'] || names.all? { |name| ENV[name] }

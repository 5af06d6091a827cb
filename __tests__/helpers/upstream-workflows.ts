/**
 * The workflows that a fork of Mastodon inherits (mastodon/mastodon: .github/workflows, 22 files), as far as names and
 * triggers go: of these, build-releases alone starts on any tag.
 */
export const UPSTREAM_WORKFLOWS: Readonly<Record<string, string>> = {
  'build-container-image.yml': 'on: { workflow_call: { inputs: {} } }',
  'build-nightly.yml': "on: { workflow_dispatch: null, schedule: [{ cron: '0 2 * * *' }] }",
  'build-push-pr.yml': 'on: { pull_request: { types: [labeled] } }',
  'build-releases.yml': "on: { push: { tags: ['*'] } }",
  'build-security.yml': 'on: { workflow_dispatch: null }',
  'bundler-audit.yml': "on: { push: { branches: [main, 'stable-*'] }, schedule: [{ cron: '0 5 * * 1' }] }",
  'check-i18n.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'chromatic.yml': 'on: { push: { branches: [main] } }',
  'codeql.yml': "on: { push: { branches: [main] }, schedule: [{ cron: '22 6 * * 1' }] }",
  'crowdin-upload.yml': 'on: { push: { branches: [main] } }',
  'crowdin-download.yml': "on: { schedule: [{ cron: '17 4 * * *' }], workflow_dispatch: null }",
  'crowdin-download-stable.yml': "on: { schedule: [{ cron: '17 4 * * *' }] }",
  'format-check.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'lint-css.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'lint-haml.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'lint-js.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'lint-ruby.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'rebase-needed.yml': "on: { push: { branches: ['**'] } }",
  'test-image-build.yml': 'on: { pull_request: { paths: [Dockerfile] } }',
  'test-js.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'test-migrations.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }",
  'test-ruby.yml': "on: { push: { branches: [main, 'stable-*'] }, pull_request: null }"
}

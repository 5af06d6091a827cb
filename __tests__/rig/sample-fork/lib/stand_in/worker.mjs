// `bundle exec sidekiq`: is there, and does nothing.

export function work() {
  const staysUp = setInterval(() => {}, 60_000)
  process.once('SIGTERM', () => {
    console.log('Sidekiq (stand-in): shutting down')
    clearInterval(staysUp)
  })
  console.log('Sidekiq (stand-in) is ready, without any job')
}

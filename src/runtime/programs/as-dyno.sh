# Sources what buildpacks and the app left for the start of a dyno, as Heroku does (Dev Center: profiled), then becomes
# its arguments. The working folder is the app's.
for file in .profile.d/*.sh; do
  if [ -f "$file" ]; then . "$file"; fi
done
if [ -f .profile ]; then . ./.profile; fi
exec "$@"

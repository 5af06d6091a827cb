# Becomes Rails, which runs a script: inside.sh MARKER SECONDS SCRIPT (inside.rb). Until the script runs, it shows
# life: one line when it begins, then one whenever the very process that becomes Rails has used a fifth of a second of
# processor time more (/proc/PID/stat, fields 14 to 17; proc(5)). That is seen from outside, so a boot that waits for a
# server shows nothing, however many threads it has. The script ends the look-out before it prints, so two processes
# never write at the same time. No single quote in here: it travels in a command line.
marker="$1"
printf "\n%s up\n" "$marker"
{
  used=0
  while sleep 1 > /dev/null 2>&1 && { read -r stat < /proc/$$/stat; } 2> /dev/null; do
    set -- ${stat##*) }
    now=$((${12} + ${13} + ${14} + ${15}))
    if [ $((now - used)) -ge 20 ]; then
      used=$now
      printf "\n%s alive %s\n" "$marker" "$now"
    fi
  done
} &
exec env -u SKIP_POST_DEPLOYMENT_MIGRATIONS LOOK_OUT=$! MARKER="$marker" LANE="$2" bundle exec rails runner "$3"

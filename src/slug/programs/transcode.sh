# What Mastodon does with an animated GIF (here in base64, the one argument): H.264 in mp4, then asks ffprobe what came
# out. The programs are called as Mastodon calls them: by name, or as a config var says.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf %s "$1" | base64 -d > "$folder/in.gif"
"${FFMPEG_BINARY:-ffmpeg}" -nostdin -v error -y -i "$folder/in.gif" -pix_fmt yuv420p -c:v h264 -movflags +faststart -an "$folder/out.mp4"
"${FFPROBE_BINARY:-ffprobe}" -v error -show_entries stream=codec_name -of json "$folder/out.mp4" | grep -q h264

# What Mastodon does with an animated GIF (here in base64, the one argument): H.264 in mp4, then asks ffprobe what came
# out. The programs are called as Mastodon calls them: by name, or as a config var says; bits are for 64 x 64 pixels
# (mastodon/mastodon: lib/paperclip/transcoder.rb, app/models/media_attachment.rb).
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf %s "$1" | base64 -d > "$folder/in.gif"
"${FFMPEG_BINARY:-ffmpeg}" -nostdin -v error -y -i "$folder/in.gif" -preset veryfast -movflags faststart -pix_fmt yuv420p \
  -vf 'crop=floor(iw/2)*2:floor(ih/2)*2' -c:v h264 -c:a aac -b:a 192k -map_metadata -1 -frames:v 36000 \
  -b:v 13516 -maxrate 205516 -bufsize 67580 "$folder/out.mp4"
"${FFPROBE_BINARY:-ffprobe}" -v error -show_entries stream=codec_name -of json "$folder/out.mp4" | grep -q h264

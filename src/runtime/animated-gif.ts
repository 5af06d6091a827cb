/**
 * A GIF of 16 × 16 pixels with two frames, one red and one blue, in base64: the smallest that Mastodon takes for animated
 * (mastodon/mastodon: lib/paperclip/gif_transcoder.rb counts frames). A slug's ffmpeg and a live instance are tried with it.
 */
export const ANIMATED_GIF =
  'R0lGODlhEAAQAIAAAP8AAAAA/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAEAAQAAACDoSPqcvtD6OctNqLsz4FACH5BAAKAAAALAAAAAAQABAAAAIOjI+py+0Po5y02ouzPgUAOw=='

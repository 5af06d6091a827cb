/**
 * A GIF of 16 × 16 pixels with two frames, one red and one blue, as base64: the least that Mastodon takes for an animation
 * (mastodon/mastodon: lib/paperclip/gif_transcoder.rb counts frames). It is what a slug's ffmpeg and a live instance are tried with.
 */
export const ANIMATED_GIF =
  'R0lGODlhEAAQAIAAAP8AAAAA/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAEAAQAAACDoSPqcvtD6OctNqLsz4FACH5BAAKAAAALAAAAAAQABAAAAIOjI+py+0Po5y02ouzPgUAOw=='

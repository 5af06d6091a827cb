/**
 * A GIF of 64 × 64 pixels with two frames, one red and one blue, in base64. A slug's ffmpeg and a live instance are tried with
 * it. Mastodon takes it for animated (mastodon/mastodon: lib/paperclip/gif_transcoder.rb counts frames), and asks for 3.3 bits a
 * second for each pixel (lib/paperclip/transcoder.rb): libx264 refuses less than 1,000, so one of 16 × 16 became no video anywhere.
 */
export const ANIMATED_GIF =
  'R0lGODlhQABAAIAAAP8AAAAA/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQECgAAACwAAAAAQABAAAACRYSPqcvtD6OctNqLs968+w+G4kiW5omm6sq27gvH8kzX9o3n+s73/g8MCofEovGITCqXzKbzCY1Kp9Sq9YrNarfcrhdQAAAh+QQECgAAACwAAAAAQABAAAACRYyPqcvtD6OctNqLs968+w+G4kiW5omm6sq27gvH8kzX9o3n+s73/g8MCofEovGITCqXzKbzCY1Kp9Sq9YrNarfcrjdQAAA7'

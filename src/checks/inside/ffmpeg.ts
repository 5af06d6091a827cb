import { type Check, type Finding } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

/** What Mastodon converts to: video and animated GIFs to H.264 and AAC, audio to MP3 (mastodon: app/models/media_attachment.rb). */
const ENCODERS = ['libx264', 'aac', 'libmp3lame']
const WITHOUT = 'an upload of video, audio or an animated GIF is answered with an error'

/** Whether ffmpeg is there, has the encoders that Mastodon needs, and is what the config asks for. */
export const ffmpeg: Check = {
  name: 'ffmpeg',
  title: 'ffmpeg',
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno, wants }) {
    const { ffmpeg: version, ffprobe, encoders, problem } = await dyno.part('ffmpeg')
    const missing = ENCODERS.filter(name => !encoders.includes(name))
    const figure = version ?? 'none'
    if (version !== null && ffprobe !== null && missing.length === 0) return [present(wants.ffmpeg, figure)]
    if (version === null && ffprobe === null && problem === null) return [absent(wants.ffmpeg, figure)]
    return [
      {
        level: 'fail',
        figure,
        text: `ffmpeg is there and cannot do its work, so ${WITHOUT}: ${problem ?? unable(version, ffprobe, missing)}`,
        remedy: 'Deploy again: a build on the runner tries ffmpeg as a dyno would, and mends its library path.'
      }
    ]
  }
}

function unable(version: string | null, ffprobe: string | null, missing: readonly string[]): string {
  if (version === null) return 'there is no ffmpeg beside ffprobe'
  return ffprobe === null ? 'there is no ffprobe beside it' : `it lacks the encoder ${missing.join(' and ')}`
}

function present(wanted: 'with' | 'without' | 'auto', figure: string): Finding {
  const text = `ffmpeg ${figure} and ffprobe run, with the encoders that Mastodon needs`
  if (wanted !== 'without') return { level: 'ok', figure, text }
  return {
    level: 'warn',
    figure,
    text: `${text}, though the config says \`ffmpeg: without\``,
    remedy: 'Deploy again, or correct the config.'
  }
}

function absent(wanted: 'with' | 'without' | 'auto', figure: string): Finding {
  if (wanted === 'without') return { level: 'ok', figure, text: 'There is no ffmpeg, as the config wants it' }
  if (wanted === 'with') {
    return {
      level: 'fail',
      figure,
      text: `There is no ffmpeg, though the config says \`ffmpeg: with\`: ${WITHOUT}`,
      remedy: 'Deploy again: the buildpack that brings it is added to the build.'
    }
  }
  return {
    level: 'warn',
    figure,
    text: `There is no ffmpeg: ${WITHOUT}`,
    remedy:
      'See in the size report why it was left out. Make room (`trim: safe`) or raise `slug.limit`; `ffmpeg: without` says that it is meant so.'
  }
}

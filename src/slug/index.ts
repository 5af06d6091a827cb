/** From a built app to slugs: variants, trimming, packing, measuring, the gate. */
export { checkFfmpeg, type FfmpegCheck } from './ffmpeg-check.ts'
export { aptfileWithoutFfmpeg, FFMPEG_BUILDPACK, findProvider, type FfmpegProvider } from './ffmpeg.ts'
export { HEROKU_STOPS_AT, HEROKU_WARNS_AT, sizeWarnings, type FfmpegChoice, type Verdict } from './gate.ts'
export { type FileWeight, type Measured, type Weight } from './measure.ts'
export { Packer } from './pack.ts'
export { globRule, safeRules, type TrimFacts, type TrimRule } from './trim.ts'
export { makeVariants, type FfmpegVariants, type OtherBuilds } from './variants.ts'
export { weigh, type Saving, type Weighed } from './weigh.ts'

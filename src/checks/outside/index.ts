import { type Check } from '../check.ts'
import { assets } from './assets.ts'
import { certificates } from './certificates.ts'
import { federation } from './federation.ts'
import { gifUpload } from './gif-upload.ts'
import { health } from './health.ts'
import { https } from './https.ts'
import { instance } from './instance.ts'
import { media } from './media.ts'
import { names } from './names.ts'
import { objectStorage } from './object-storage.ts'
import { smtp } from './smtp.ts'
import { streaming } from './streaming.ts'
import { updates } from './updates.ts'

/** The checks that look from outside, as a visitor or another server does. */
export const OUTSIDE: readonly Check[] = [
  health,
  instance,
  assets,
  streaming,
  federation,
  media,
  gifUpload,
  objectStorage,
  smtp,
  names,
  certificates,
  https,
  updates
]

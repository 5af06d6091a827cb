/** Dated facts of the outside world, each with its source. What ends is asked for with the time. */
export { POSTGRES, REDIS, serviceNamed, SERVICES } from './addons.ts'
export { DYNO_SIZES, dynoSize, largerSize, ONE_OFFS_AT_ONCE, startDynos } from './dynos.ts'
export { ERROR_CODES, errorLine, type ErrorCode } from './errors.ts'
export { type Life } from './fact.ts'
export { LIMITS } from './limits.ts'
export { MAIL_ADDON_VARIABLES, mailCopies, setMail, whyNoMail } from './mail-addons.ts'
export {
  configSet,
  configUnset,
  lacking,
  namesOf,
  NEEDS,
  sentence,
  settingsOf,
  setWebPush,
  storageOf,
  type ConfigVars,
  type Need
} from './needs.ts'
export { NODE_MAJORS, nodeLife } from './nodes.ts'
export { DEFAULT_RUBY, rubyLines } from './rubies.ts'
export { DEFAULT_STACK, stackImage, stackLife, stackLifeInWords, STACKS } from './stacks.ts'

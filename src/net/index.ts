/** The way to the network: one HTTP client, one transfer, one retry, one deadline, one poll, one look after a lost write. */
export { LateError, moving, Silence, within, type NetTools } from './deadline.ts'
export { dial, secured, tlsOptions, type WayOut } from './dial.ts'
export { bodyOf, fetchPage, getJson, HttpError, open, statusOf, type HttpPage, type HttpPageOptions } from './http.ts'
export { writeOnce } from './look.ts'
export { obstacleOf, type Obstacle } from './obstacle.ts'
export { poll } from './poll.ts'
export { backOff, retry } from './retry.ts'
export { download, sendFile, type Sent } from './transfer.ts'

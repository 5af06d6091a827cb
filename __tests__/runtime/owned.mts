/** Makes a folder of its own and is there until it is killed: `owned.mts PARENT PREFIX`. Prints the folder. */
import { makeOwned } from '../../src/runtime/owned.ts'

const [parent = '', prefix = ''] = process.argv.slice(2)
console.log(await makeOwned(parent, prefix))
setInterval(() => {}, 1_000)

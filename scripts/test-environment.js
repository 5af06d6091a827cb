import { TestEnvironment } from 'jest-environment-node'
import { removeTree } from '../src/runtime/index.ts'

/**
 * Removes the folders of a test file when all its hooks are done. A hook could not: Jest runs `afterAll` in the order of
 * definition, so a helper's comes first, while the servers that write into the folder are still there.
 */
export default class extends TestEnvironment {
  constructor(...options) {
    super(...options)
    this.global.foldersOfFile = []
  }

  async teardown() {
    for (const folder of this.global.foldersOfFile) await removeTree(folder)
    await super.teardown()
  }
}

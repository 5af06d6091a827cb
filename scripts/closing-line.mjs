/**
 * A jest reporter: names what was skipped and why, refuses a skip without a reason, and closes with one plain line. With
 * `-t` Jest counts all other tests as skipped: then nothing is said of them.
 */
export default class ClosingLine {
  #unexplained = []
  #isPart

  constructor({ testNamePattern }) {
    this.#isPart = Boolean(testNamePattern)
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, testResults }) {
    const skipped = (this.#isPart ? [] : testResults)
      .flatMap(suite => suite.testResults)
      .filter(({ status }) => ['pending', 'todo', 'disabled'].includes(status))
    for (const { fullName } of skipped) console.log(`SKIPPED ${fullName}`)
    this.#unexplained = skipped.filter(({ fullName }) => !fullName.includes('(skipped: '))
    const broken = testResults.filter(({ testExecError }) => testExecError).length
    const failed = Math.max(numFailedTests + broken, numFailedTestSuites) + this.#unexplained.length
    console.log(
      `\n${numPassedTests} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
    )
  }

  getLastError() {
    if (this.#unexplained.length > 0)
      return new Error(`Skipped without a reason: ${this.#unexplained.map(({ fullName }) => fullName).join('; ')}`)
  }
}

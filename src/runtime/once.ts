/** Does the work when it is first asked for. All who ask share the result, or the error. */
export function once<Answer>(work: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  return () => (answer ??= work())
}

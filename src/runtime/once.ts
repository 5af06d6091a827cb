/** Does the work when it is first asked for; all who ask share what comes of it, also its failure. */
export function once<Answer>(work: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  return () => (answer ??= work())
}

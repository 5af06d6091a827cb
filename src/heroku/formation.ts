import * as v from 'valibot'
import { type NetTools } from '../net/index.ts'
import { type HerokuClient } from './client.ts'
import { written } from './look.ts'
import { formation } from './shapes.ts'

export interface Scale {
  readonly type: string
  readonly quantity: number
  /** `Standard-1X`; unchanged without it. */
  readonly size?: string
}

/** Sets how many dynos of each type run (Schema: formation, "batch update"). If the answer is lost, reads whether that is so. */
export async function scaleFormation(
  client: HerokuClient,
  app: string,
  wanted: readonly Scale[],
  tools: NetTools
): Promise<void> {
  const path = `/apps/${encodeURIComponent(app)}/formation`
  const updates = wanted.map(({ type, quantity, size }) => ({
    type,
    quantity,
    ...(size === undefined ? {} : { dyno_size: { name: size } })
  }))
  await written(
    tools,
    () => client.write('PATCH', path, v.array(formation), { body: { updates } }),
    async () => {
      const now = await client.get(path, v.array(formation))
      const has = ({ type, quantity }: Scale): boolean =>
        now.some(entry => entry.type === type && entry.quantity === quantity)
      return wanted.every(has) ? now : undefined
    }
  )
}

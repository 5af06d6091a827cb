import { randomUUID } from 'node:crypto'
import { APP_ROUTES as REHEARSED } from '../../../../src/local-heroku/routes/apps.ts'
import { serviceNamed } from '../../../../src/knowledge/index.ts'
import { ApiError, invalid, notFound } from '../errors.ts'
import { type AddonState, type AppState, type AttachmentState } from '../store.ts'
import { addonView, attachmentView } from '../views.ts'
import { appOf, configRelease, type World } from '../world.ts'
import { named, only, text, within, type ApiRequest, type RouteReply, type Routes } from './route.ts'

/** Add-ons and their attachments. An attachment puts the add-on's config vars under its own name into an app. */
export const ADDON_ROUTES: Routes = {
  'GET /addons': world => [200, world.store.state.addons.map(addon => addonView(world, addon))],
  'GET /addons/:addon': (world, { params }) => [200, addonView(world, addonOf(world, params[0]))],
  'GET /apps/:app/addons': (world, { params }) => {
    const app = appOf(world, params)
    return [200, addonsOf(world, app).map(addon => addonView(world, addon))]
  },
  'GET /apps/:app/addons/:addon': (world, { params }) => [200, addonView(world, addonOfApp(world, params))],
  'POST /apps/:app/addons': async (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['plan', 'attachment', 'config', 'confirm', 'name'])
    const wanted = named(body['plan'])
    const service = wanted.split(':')[0]!
    const vars = await world.addonVars(service, app.name)
    const plan = wanted === service ? `${service}:${serviceNamed(service)?.smallest ?? 'standard'}` : wanted
    if (!vars) throw invalid(`Couldn't find either the add-on service or the add-on plan of "${plan}".`)
    const addon = newAddon(world, app, plan)
    // The slow ones are made in the background, and the app restarts when they are there (heroku/cli: addons:create).
    const finish = (): void => {
      const attachment = complete(world, app, addon, vars, text(within(body['attachment'], 'name')))
      configRelease(world, app, `Attach ${attachment.name} (@ref:${addon.name})`)
    }
    if (world.addonTime === 0) finish()
    else world.clock.after(world.addonTime, finish)
    return [201, addonView(world, addon)]
  },
  'PATCH /apps/:app/addons/:addon': (world, { params, body }) => {
    const addon = addonOfApp(world, params)
    only(body, ['name', 'plan'])
    if (body['name'] != null && body['name'] !== addon.name) throw invalid('The local Heroku cannot rename an add-on')
    const plan = named(body['plan'])
    if (plan.split(':')[0] !== addon.service) throw invalid(`Couldn't find the plan "${plan}" of ${addon.service}.`)
    addon.plan = plan
    world.store.save()
    return [200, addonView(world, addon)]
  },
  'DELETE /apps/:app/addons/:addon': (world, { params }) => {
    const addon = addonOfApp(world, params)
    const { state } = world.store
    for (const attachment of state.attachments.filter(({ addon: name }) => name === addon.name))
      detach(world, attachment)
    state.addons.splice(state.addons.indexOf(addon), 1)
    world.store.save()
    return [200, addonView(world, addon, 'deprovisioned')]
  },
  // What an attachment brings is not set by hand.
  'PATCH /apps/:app/config-vars': (world, request) => {
    const app = appOf(world, request.params)
    const own = world.store.state.attachments.filter(({ app: of }) => of === app.name).flatMap(one => one.configVars)
    const taken = Object.keys(request.body).filter(name => own.includes(name))
    if (taken.length > 0) throw invalid(`Cannot overwrite attachment values ${taken.join(', ')}.`)
    return REHEARSED['PATCH /apps/:app/config-vars']!(world, request)
  },
  'POST /actions/addons/resolve': (world, { body }) => {
    const service = text(body['addon_service'])
    const found = resolve(world, named(body['addon']), text(body['app'])).filter(
      addon => service === undefined || addon.service === service
    )
    if (found.length === 0) throw notFound('add-on')
    return [200, found.map(addon => addonView(world, addon))]
  },

  'GET /addon-attachments': (world, request) => [200, views(world, request, () => true)],
  'GET /addon-attachments/:attachment': (world, { params, headers }) => [
    200,
    attachmentView(world, attachmentOf(world, params[0]), inclusionOf(headers))
  ],
  'GET /apps/:app/addon-attachments': (world, request) => {
    const app = appOf(world, request.params)
    return [200, views(world, request, ({ app: name }) => name === app.name)]
  },
  'GET /apps/:app/addon-attachments/:attachment': (world, { params, headers }) => {
    const app = appOf(world, params)
    const { attachments } = world.store.state
    const found = attachments.find(({ id, name, app: of }) => of === app.name && [id, name].includes(params[1]!))
    if (!found) throw notFound('add-on attachment')
    return [200, attachmentView(world, found, inclusionOf(headers))]
  },
  'GET /addons/:addon/addon-attachments': (world, request) => {
    const { name } = addonOf(world, request.params[0])
    return [200, views(world, request, ({ addon }) => addon === name)]
  },
  'POST /addon-attachments': (world, { body }) => attach(world, body),
  'DELETE /addon-attachments/:attachment': (world, { params }) => {
    const attachment = attachmentOf(world, params[0])
    const view = attachmentView(world, attachment, [])
    if (addonOf(world, attachment.addon).app === attachment.app && countOf(world, attachment) === 1)
      throw invalid(`Cannot destroy last attachment to billing app for resource ${attachment.addon}`)
    detach(world, attachment)
    return [200, view]
  }
}

/** Makes an add-on of an app, attached to it under the name that its first config var has. */
export function provision(
  world: World,
  app: AppState,
  plan: string,
  vars: Readonly<Record<string, string>>
): { addon: AddonState; attachment: AttachmentState } {
  const addon = newAddon(world, app, plan)
  return { addon, attachment: complete(world, app, addon, vars) }
}

function newAddon(world: World, { name: app }: AppState, plan: string): AddonState {
  const service = plan.split(':')[0]!
  const addon: AddonState = {
    id: randomUUID(),
    name: `${service.replace('heroku-', '')}-local-${randomUUID().slice(0, 5)}`,
    service,
    plan,
    provisioning: true,
    configVars: [],
    app,
    createdAt: new Date(world.clock.now()).toISOString()
  }
  world.store.state.addons.push(addon)
  world.store.save()
  return addon
}

/** Attaches it to the app that owns it, with its config vars. */
function complete(
  world: World,
  app: AppState,
  addon: AddonState,
  vars: Readonly<Record<string, string>>,
  as?: string
): AttachmentState {
  const own = Object.keys(vars)[0]?.replace(/_URL$/, '') ?? addon.service.replace('heroku-', '').toUpperCase()
  const name = as ?? own
  const renamed = Object.entries(vars).map(([variable, value]) => [variable.replace(own, name), value] as const)
  addon.configVars = renamed.map(([variable]) => variable)
  addon.provisioning = false
  const attachment = { id: randomUUID(), name, addon: addon.name, app: app.name, configVars: addon.configVars }
  Object.assign(app.configVars, Object.fromEntries(renamed))
  world.store.state.attachments.push(attachment)
  world.store.save()
  return attachment
}

/** Attaches an add-on, under a name that may be taken only if `confirm` names the app. */
function attach(world: World, body: Record<string, unknown>): RouteReply {
  const app = appOf(world, [named(body['app'])])
  const addon = addonOf(world, named(body['addon']))
  const owner = appOf(world, [addon.app])
  const own = world.store.state.attachments.find(({ addon: of, app: name }) => of === addon.name && name === addon.app)
  const name = text(body['name']) ?? `${addon.service.replaceAll('-', '_').toUpperCase()}_LOCAL`
  const taken = world.store.state.attachments.find(other => other.app === app.name && other.name === name)
  if (taken && ![app.name, owner.name].includes(text(body['confirm']) ?? ''))
    throw new ApiError(422, 'confirmation_required', `${name} is attached to ${taken.addon}. Confirm to overwrite it.`)
  if (taken) remove(world, taken)
  const renamed = (variable: string): string =>
    own && variable.startsWith(`${own.name}_`) ? variable.replace(own.name, name) : `${name}_URL`
  for (const variable of addon.configVars) app.configVars[renamed(variable)] = owner.configVars[variable] ?? ''
  const attachment = {
    id: randomUUID(),
    name,
    addon: addon.name,
    app: app.name,
    configVars: addon.configVars.map(renamed)
  }
  world.store.state.attachments.push(attachment)
  configRelease(world, app, `Attach ${name} (@ref:${addon.name})`)
  return [201, attachmentView(world, attachment, [])]
}

/** Takes an attachment away, with its config vars: a release of the app. */
function detach(world: World, attachment: AttachmentState): void {
  remove(world, attachment)
  configRelease(world, appOf(world, [attachment.app]), `Detach ${attachment.name} (@ref:${attachment.addon})`)
}

function remove(world: World, attachment: AttachmentState): void {
  const { attachments } = world.store.state
  const { configVars } = appOf(world, [attachment.app])
  for (const name of attachment.configVars) delete configVars[name]
  attachments.splice(attachments.indexOf(attachment), 1)
}

/** By id, name or `app::ATTACHMENT`. Throws Heroku's 404. */
export function addonOf(world: World, wanted: string | undefined): AddonState {
  const [addon] = resolve(world, wanted ?? '')
  if (!addon) throw notFound('add-on')
  return addon
}

/** An add-on that is the app's, or attached to it. Throws Heroku's 404. */
function addonOfApp(world: World, params: readonly string[]): AddonState {
  const app = appOf(world, params)
  const [addon] = resolve(world, params[1] ?? '', app.name).filter(one => addonsOf(world, app).includes(one))
  if (!addon) throw notFound('add-on')
  return addon
}

/** Owned by the app or attached to it. */
function addonsOf({ store }: World, app: AppState): AddonState[] {
  const attached = store.state.attachments.filter(({ app: name }) => name === app.name).map(({ addon }) => addon)
  return store.state.addons.filter(({ app: owner, name }) => owner === app.name || attached.includes(name))
}

function attachmentOf({ store }: World, id: string | undefined): AttachmentState {
  const attachment = store.state.attachments.find(one => one.id === id)
  if (!attachment) throw notFound('add-on attachment')
  return attachment
}

/** Attachments of the same add-on to the same app. */
function countOf({ store }: World, { addon, app }: AttachmentState): number {
  return store.state.attachments.filter(other => other.addon === addon && other.app === app).length
}

/** Add-ons that a name may mean: an id, a name, `app::ATTACHMENT`, or the name of an attachment to the app. */
function resolve({ store }: World, wanted: string, app?: string): AddonState[] {
  const isMeant = (attachment: AttachmentState): boolean =>
    `${attachment.app}::${attachment.name}` === wanted ||
    (attachment.name === wanted.toUpperCase() && attachment.app === app)
  const attached = store.state.attachments.filter(isMeant).map(({ addon }) => addon)
  return store.state.addons.filter(({ id, name }) => [id, name].includes(wanted) || attached.includes(name))
}

function views(world: World, { headers }: ApiRequest, isWanted: (attachment: AttachmentState) => boolean): unknown[] {
  const included = inclusionOf(headers)
  return world.store.state.attachments.filter(isWanted).map(one => attachmentView(world, one, included))
}

function inclusionOf(headers: ApiRequest['headers']): string[] {
  return String(headers['accept-inclusion'] ?? '').split(',')
}

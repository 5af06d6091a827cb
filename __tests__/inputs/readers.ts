import path from 'node:path'
import ts from 'typescript'

const project = path.join(import.meta.dirname, '..', '..')
/** A parameter that takes inputs: `Slice<…>`, `InputsOf<…>`, or a type of either that is called so. */
const SLICE = /\b(?:Slice<|InputsOf<|\w+Inputs\b)/

/** What code reads of the inputs, and what of it keeps that from being seen. */
export interface Reads {
  /** As code calls them: `slugLimit`. */
  readonly inputs: ReadonlySet<string>
  readonly hidden: readonly string[]
}

/** Looks into the source: which inputs are read by a function, and by all functions of `within` that it may call. */
export class Source {
  readonly #checker: ts.TypeChecker
  readonly #program: ts.Program

  constructor(files: readonly string[]) {
    const { config } = ts.readConfigFile(path.join(project, 'tsconfig.json'), name => ts.sys.readFile(name)) as {
      config: { compilerOptions: object }
    }
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project)
    const roots = files.map(file => path.join(project, file))
    this.#program = ts.createProgram(roots, { ...options, noEmit: true })
    this.#checker = this.#program.getTypeChecker()
  }

  readsOf(file: string, name: string, within: string): Reads {
    const source = this.#program.getSourceFile(path.join(project, file))!
    const start = this.#checker
      .getExportsOfModule(this.#checker.getSymbolAtLocation(source)!)
      .find(symbol => symbol.name === name)!
    const inputs = new Set<string>()
    const hidden: string[] = []
    const seen = new Set<ts.Node>()
    const look = (node: ts.Node): void => {
      for (const read of readsIn(node)) inputs.add(read)
      const why = hides(node)
      if (why !== undefined) hidden.push(`${path.basename(node.getSourceFile().fileName)}: ${why}`)
      if (ts.isIdentifier(node)) for (const declared of this.#declarations(node, within)) visit(declared)
      ts.forEachChild(node, look)
    }
    const visit = (node: ts.Node): void => {
      if (seen.has(node)) return
      seen.add(node)
      ts.forEachChild(node, look)
    }
    for (const node of start.declarations ?? []) visit(node)
    return { inputs, hidden }
  }

  /** The functions, classes and constants of these files that a name stands for. */
  #declarations(node: ts.Identifier, within: string): ts.Node[] {
    const named = this.#checker.getSymbolAtLocation(node)
    const symbol = named && named.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(named) : named
    return (symbol?.declarations ?? []).filter(
      declared =>
        declared.getSourceFile().fileName.startsWith(path.join(project, within)) &&
        (ts.isFunctionDeclaration(declared) || ts.isClassDeclaration(declared) || ts.isVariableDeclaration(declared))
    )
  }
}

const isInputs = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === 'inputs'
const takesInputs = (node: ts.Node): node is ts.ParameterDeclaration =>
  ts.isParameter(node) && node.type !== undefined && SLICE.test(node.type.getText())

/** `inputs.ref`, `const { ref } = inputs`, and `({ ref }: Slice<'ref'>)`. */
function readsIn(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node) && isInputs(node.expression)) return [node.name.text]
  return patternOf(node)?.elements.map(({ propertyName, name }) => (propertyName ?? name).getText()) ?? []
}

/** The names that are taken out of inputs here. */
function patternOf(node: ts.Node): ts.ObjectBindingPattern | undefined {
  const isTaken =
    takesInputs(node) || (ts.isVariableDeclaration(node) && node.initializer && isInputs(node.initializer))
  if (!isTaken || !('name' in node)) return undefined
  const name = node.name
  return ts.isObjectBindingPattern(name) ? name : undefined
}

/** A way of reading that would not be found. */
function hides(node: ts.Node): string | undefined {
  if ((ts.isSpreadAssignment(node) || ts.isElementAccessExpression(node)) && isInputs(node.expression))
    return node.getText()
  if (ts.isVariableDeclaration(node) && node.initializer && isInputs(node.initializer) && ts.isIdentifier(node.name))
    return node.getText()
  if (takesInputs(node) && ts.isIdentifier(node.name) && node.name.text !== 'inputs') return node.getText()
  const rest = patternOf(node)?.elements.find(element => element.dotDotDotToken !== undefined)
  return rest?.getText()
}

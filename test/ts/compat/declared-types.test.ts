/** An application that imports one of SASI's five files finds there every type that the class of that file names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import typescript from 'typescript';
import { fromRoot } from '../support/paths.js';

const classes = [
  'WasmBridge',
  'ProductionWasmBridge',
  'WasmPerformanceLayer',
  'SIMDAccelerationLayer',
  'WasmModuleManager',
];
const declarations = fromRoot('dist');
const fileOf = (name: string) => `${declarations}/compat/${name}.d.ts`;
const program = typescript.createProgram(classes.map(fileOf), {
  module: typescript.ModuleKind.NodeNext,
  moduleResolution: typescript.ModuleResolutionKind.NodeNext,
  target: typescript.ScriptTarget.ES2022,
  types: [],
});
const checker = program.getTypeChecker();

function resolved(symbol: typescript.Symbol): typescript.Symbol {
  return symbol.flags & typescript.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Declared by this package under a name that its file exports, and no stand-in for a type of the host. */
function isOurs(symbol: typescript.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => {
    const { fileName } = declaration.getSourceFile();
    const isExported =
      (typescript.getCombinedModifierFlags(declaration) & typescript.ModifierFlags.Export) !== 0;
    return fileName.startsWith(declarations) && isExported && !fileName.endsWith('/core/host-types.d.ts');
  });
}

/** The name of the type that a node refers to. */
function referenceOf(node: typescript.Node): typescript.Node | undefined {
  if (typescript.isTypeReferenceNode(node)) return node.typeName;
  if (typescript.isExpressionWithTypeArguments(node)) return node.expression;
  return typescript.isImportTypeNode(node) ? node.qualifier : undefined;
}

/** Every type that is named in the public part of the declaration, or in what is named there. */
function reachable(node: typescript.Node, found = new Set<typescript.Symbol>()): Set<typescript.Symbol> {
  const isPrivate =
    typescript.isClassElement(node) && node.name !== undefined && typescript.isPrivateIdentifier(node.name);
  if (isPrivate) return found;
  const reference = referenceOf(node);
  const symbol = reference && checker.getSymbolAtLocation(reference);
  if (symbol !== undefined) {
    const type = resolved(symbol);
    if (!found.has(type) && !(type.flags & typescript.SymbolFlags.TypeParameter)) {
      found.add(type);
      const own = (type.declarations ?? []).filter((d) =>
        d.getSourceFile().fileName.startsWith(declarations),
      );
      for (const declaration of own) reachable(declaration, found);
    }
  }
  typescript.forEachChild(node, (child) => {
    reachable(child, found);
  });
  return found;
}

for (const name of classes) {
  test(`compat/${name} exports what the signatures of ${name} name`, () => {
    const file = program.getSourceFile(fileOf(name));
    const module = file && checker.getSymbolAtLocation(file);
    assert.ok(module !== undefined, fileOf(name));
    const exported = new Set(checker.getExportsOfModule(module).map(resolved));
    const type = [...exported].find((symbol) => symbol.name === name);
    const named = [...reachable(type!.declarations![0]!)].filter(isOurs);
    assert.ok(named.length >= 8, `only ${named.length} types were found`);
    const missing = named.filter((symbol) => !exported.has(symbol)).map((symbol) => symbol.name);
    assert.deepEqual(missing, []);
  });
}

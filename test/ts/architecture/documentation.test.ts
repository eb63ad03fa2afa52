/** Whoever reads the documentation finds a word about everything that is exported, and about each of its members. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import typescript from 'typescript';
import { fromRoot } from '../support/paths.js';

const entry = fromRoot('dist/index.d.ts');
const program = typescript.createProgram([entry], {
  module: typescript.ModuleKind.NodeNext,
  target: typescript.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  types: [],
});
const checker = program.getTypeChecker();

function exported(): typescript.Symbol[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  return checker
    .getExportsOfModule(module)
    .map((symbol) =>
      symbol.flags & typescript.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    );
}

function isDocumented(symbol: typescript.Symbol): boolean {
  return typescript.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== '';
}

test('every export has a docstring', () => {
  const all = exported();
  assert.ok(all.length > 80, `only ${all.length} exports were found`);
  assert.deepEqual(
    all.filter((symbol) => !isDocumented(symbol)).map(({ name }) => name),
    [],
  );
});

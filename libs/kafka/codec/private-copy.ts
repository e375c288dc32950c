import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, sep } from 'node:path';
import { compileFunction } from 'node:vm';

/** Makes a module's exports out of the original ones. */
export type Replacement = (original: never) => unknown;

interface Module {
  exports: unknown;
}

/** The function that Node makes of a CommonJS file, too. */
type Body = (
  exports: unknown,
  require: (name: string) => unknown,
  module: Module,
  file: string,
  folder: string,
) => void;

const bodyParameters = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * Loads a CommonJS package once more, apart from the one that `import` and `require` give, with some of its modules
 * replaced for all the others of the copy. Whoever else uses the package in this process has it as it was published, and it does
 * not matter who comes first.
 *
 * @param name of the package, as an import from this file finds it
 * @param replacements by the module's file within the package, e.g. `src/protocol/crc32.js`
 * @returns what the package exports
 */
export function loadPrivateCopy(name: string, replacements: Readonly<Record<string, Replacement>>): unknown {
  const toPackage = createRequire(import.meta.url);
  const root = dirname(toPackage.resolve(`${name}/package.json`));
  const modules = new Map<string, Module>();

  function load(file: string): unknown {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    // Before it runs: modules of a cycle get what there is so far, as from Node.
    const module: Module = { exports: {} };
    modules.set(file, module);
    run(file, module);
    const replace = replacements[relative(root, file).replaceAll(sep, '/')];
    if (replace !== undefined) module.exports = replace(module.exports as never);
    return module.exports;
  }

  function run(file: string, module: Module): void {
    const source = readFileSync(file, 'utf8');
    if (file.endsWith('.json')) {
      module.exports = JSON.parse(source);
      return;
    }
    const toOthers = createRequire(file);
    // Some of kafkajs's modules require others again with every request.
    const targets = new Map<string, string>();
    const require = (request: string): unknown => {
      const target = targets.get(request) ?? toOthers.resolve(request);
      targets.set(request, target);
      return target.startsWith(root + sep) ? load(target) : toOthers(request);
    };
    const body = compileFunction(source, bodyParameters, { filename: file }) as Body;
    body.call(module.exports, module.exports, require, module, file, dirname(file));
  }

  return load(toPackage.resolve(name));
}

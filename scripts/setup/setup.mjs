// Brings a machine to where a build can begin. Run again, it finds everything there and does nothing.

import { SetupError } from '../lib/errors.mjs';
import { isAtLeast } from '../lib/version.mjs';
import { findEmscripten, MINIMUM_EMSCRIPTEN } from './emscripten.mjs';
import { installNpmPackages, installPeers, npmPackagesAreInstalled } from './npm-packages.mjs';
import {
  assemblePrivateEmscripten,
  findPrivateEmscripten,
  obstacle,
  PRIVATE_VERSION,
} from './private-emscripten.mjs';
import { installSystemPackages, missingRequirements } from './system-packages.mjs';

const MINIMUM_NODE = '20.19';

/** @typedef {import('./emscripten-environment.mjs').Emscripten} Emscripten */
/** @typedef {import('./system-packages.mjs').Requirement} Requirement */
/** @typedef {import('../lib/stages.mjs').Stages} Stages */

/**
 * @typedef {object} Toolchain
 * @property {Emscripten} emscripten
 * @property {boolean} fetched something of it had to be fetched in this run
 */

/**
 * What every build needs, and what else is asked for: nobody has to install what their command does not use.
 * @param {('native' | 'format' | 'browsers')[]} extras
 * @param {Stages} stages
 * @returns {Promise<Toolchain>}
 */
export async function setUpToolchain(extras, stages) {
  checkNode();
  const { usable, impossible } = await planEmscripten();
  const isPrivate = !usable && !impossible;
  const missing = missingRequirements([
    'wasm',
    ...(isPrivate ? [/** @type {const} */ ('llvm')] : []),
    ...extras,
  ]);
  if (impossible) missing.push(impossible);
  await install(missing, stages);

  const ready = usable ?? findPrivateEmscripten();
  const assemble = () => stages.quiet(`assembling Emscripten ${PRIVATE_VERSION}`, assemblePrivateEmscripten);
  return { emscripten: ready ?? (await assemble()), fetched: !ready || missing.length > 0 };
}

/** What the formatters need. @param {Stages} stages */
export async function setUpFormatters(stages) {
  checkNode();
  await install(missingRequirements(['format']), stages);
}

/** What the tests in browsers need. @param {Stages} stages */
export async function setUpBrowsers(stages) {
  checkNode();
  await install(missingRequirements(['browsers']), stages);
}

/** The browsers that are not here, by name; installs nothing. */
export const missingBrowsers = () => missingRequirements(['browsers']).map(({ what }) => what);

/**
 * The libraries that tests compare with. Without them those tests fail under CI, and elsewhere say that they did not
 * run: nobody needs FANN to work on a kernel.
 * @param {Stages} stages
 */
export async function setUpPeers(stages) {
  try {
    await install(missingRequirements(['peers']), stages);
    await installPeers(stages);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\nWithout it the comparisons with other libraries do not run.\n`);
  }
}

function checkNode() {
  const { node } = process.versions;
  if (!isAtLeast(node, MINIMUM_NODE)) {
    throw new SetupError(`Node ${MINIMUM_NODE} or newer is needed, and this is Node ${node}.`);
  }
}

/** @param {Requirement[]} missing @param {Stages} stages */
async function install(missing, stages) {
  if (missing.length > 0) await installSystemPackages(missing, stages);
  if (!npmPackagesAreInstalled()) await stages.quiet('installing the npm packages', installNpmPackages);
}

/** @returns {Promise<{ usable?: Emscripten, impossible?: Requirement }>} neither: a private one is to be used */
async function planEmscripten() {
  const { usable, tooOld } = await findEmscripten();
  if (usable) return { usable };
  const reason = findPrivateEmscripten() ? undefined : obstacle();
  if (!reason) return {};
  const found = tooOld ? `found ${tooOld.version} in ${tooOld.root}` : 'found none on the path, and no EMSDK';
  const what =
    `Emscripten ${MINIMUM_EMSCRIPTEN} or newer (${found}): install emsdk and run its emsdk_env.sh ` +
    `(a private copy cannot be made: ${reason})`;
  return { impossible: { what, isThere: () => false } };
}

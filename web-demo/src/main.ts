/** The page: four parts, each of which waits for its button. */
import { watchPolicy } from './link/worker-failure.js';
import { byId } from './page/dom.js';
import { startTheme } from './page/theme.js';
import { startEnvironment } from './parts/environment.js';
import { startLearn } from './parts/learn.js';
import { startMeasure } from './parts/measure.js';
import { startMemory } from './parts/memory.js';
import { startSwarm } from './parts/swarm.js';

watchPolicy();
startTheme(byId('theme'));
startLearn();
startMeasure();
startSwarm();
startMemory();
await startEnvironment();
document.documentElement.dataset.ready = 'yes';

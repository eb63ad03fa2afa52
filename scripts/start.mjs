// npm start: from a fresh clone to the main job, which recognises handwritten digits.

import { runExample } from './lib/example.mjs';

runExample('digits/main.mjs');

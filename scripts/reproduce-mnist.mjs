// npm run reproduce:mnist: trains 784-800-10 on the digits until it is as good as the published one.

import { runExample } from './lib/example.mjs';

runExample('reproduce-mnist/main.mjs');

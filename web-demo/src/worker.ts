/** The worker's script. */
import type { Endpoint } from './link/protocol.js';
import { serve } from './link/serve.js';

serve(globalThis as unknown as Endpoint);

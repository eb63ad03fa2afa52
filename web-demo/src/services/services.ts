/** What a worker can do for the page, by name. */
import { type BenchmarkEvents, benchmarkService } from './benchmark.js';
import { type DigitsEvents, digitsService } from './digits.js';
import { environmentService } from './environment.js';
import { type PoolEvents, poolService } from './pool.js';
import { swarmService } from './swarm.js';

export const services = {
  environment: environmentService,
  digits: digitsService,
  benchmark: benchmarkService,
  swarm: swarmService,
  pool: poolService,
};

export type ServiceName = keyof typeof services;
export type Services = { [Name in ServiceName]: ReturnType<(typeof services)[Name]> };
export interface ServiceEvents {
  environment: object;
  digits: DigitsEvents;
  benchmark: BenchmarkEvents;
  swarm: object;
  pool: PoolEvents;
}

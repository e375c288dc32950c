import type { Manifest } from '#manifests';
import type { World } from '#simulation';

/** A simulation that is to be run, and for which runs. Plain data: it goes to other threads. */
export interface Task {
  readonly manifest: Manifest;
  readonly world: World;
  readonly seed: number;
  readonly runs: readonly number[];
}

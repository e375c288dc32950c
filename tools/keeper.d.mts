export interface Running {
  readonly pid: number;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  stop(): Promise<void>;
}

export class Keeper {
  constructor(options: {
    name: string;
    launch: (signal: AbortSignal) => Running | Promise<Running>;
    say: (line: string) => void;
    log: string;
    clock?: { now: () => number; sleep: (ms: number, signal: AbortSignal) => Promise<void> };
  });
  readonly name: string;
  ends: number;
  start(leaveOff?: AbortSignal): Promise<Running>;
  stop(): Promise<void>;
}

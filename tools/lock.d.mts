export function withLock<T>(
  path: string,
  action: () => Promise<T> | T,
  options?: { onWait?: (pid: number) => void; signal?: AbortSignal },
): Promise<T>;
export function tryLock(path: string): boolean;
export function ownerOf(path: string): number | undefined;

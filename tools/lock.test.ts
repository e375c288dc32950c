import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ownerOf, tryLock, withLock } from './lock.mjs';

describe('a lock file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-lock-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one do something at a time', async () => {
    const path = join(folder, 'deep', 'lock');
    const waiters: number[] = [];
    let inside = 0;
    let most = 0;
    const visit = (): Promise<void> =>
      withLock(
        path,
        async () => {
          most = Math.max(most, (inside += 1));
          await Promise.resolve();
          inside -= 1;
        },
        { onWait: (pid) => waiters.push(pid) },
      );
    await Promise.all([visit(), visit(), visit()]);
    expect(most).toBe(1);
    expect(waiters).toEqual([process.pid, process.pid]);
    expect(existsSync(path)).toBe(false);
  });

  it('is given free when what was done fails', async () => {
    const path = join(folder, 'failing');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that has gone is taken over', () => {
    const path = join(folder, 'stale');
    // Above any process id that Linux or macOS gives.
    writeFileSync(path, '4999999');
    expect(tryLock(path)).toBe(true);
    expect(ownerOf(path)).toBe(process.pid);
    expect(tryLock(path)).toBe(false);
  });
});

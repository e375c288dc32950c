import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from './problem.js';
import { WaitingRequests, type Answer } from './waiting-requests.js';

const answer: Answer = { status: 200, body: Buffer.from('{}'), version: 'v1' };

function openOne(waiting: WaitingRequests, timeoutMs = 1_000) {
  const onHalf = vi.fn();
  const resolve = vi.fn<(answer: Answer) => void>();
  const reject = vi.fn<(error: Error) => void>();
  return { onHalf, resolve, reject, id: waiting.open({ timeoutMs, onHalf, resolve, reject }) };
}

describe('WaitingRequests', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives the answer to who waits for it, once', () => {
    const waiting = new WaitingRequests();
    const one = openOne(waiting);
    const other = openOne(waiting);
    expect(waiting.resolve(one.id, answer)).toBe(true);
    expect(waiting.resolve(one.id, answer)).toBe(false);
    expect(one.resolve).toHaveBeenCalledExactlyOnceWith(answer);
    expect(other.resolve).not.toHaveBeenCalled();
    expect(waiting.size).toBe(1);
  });

  it('drops answers for another process, or another life of this one', () => {
    const waiting = new WaitingRequests();
    const one = openOne(waiting);
    const stranger = openOne(new WaitingRequests());
    expect(stranger.id).not.toBe(one.id);
    expect(waiting.resolve(stranger.id, answer)).toBe(false);
    expect(waiting.size).toBe(1);
  });

  it('says when half of the time has passed, and at its end gives up with 504', () => {
    const waiting = new WaitingRequests();
    const one = openOne(waiting, 1_000);
    vi.advanceTimersByTime(499);
    expect(one.onHalf).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(one.onHalf).toHaveBeenCalledOnce();
    expect(one.reject).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500);
    expect(one.reject).toHaveBeenCalledExactlyOnceWith(new Problem(504, 'no answer within 1000 ms'));
    expect(waiting.size).toBe(0);
  });

  it('leaves no timer behind once it is settled', () => {
    const waiting = new WaitingRequests();
    const answered = openOne(waiting);
    waiting.resolve(answered.id, answer);
    const failed = openOne(waiting);
    vi.advanceTimersByTime(600);
    waiting.reject(failed.id, new Error('Kafka is gone'));
    expect(vi.getTimerCount()).toBe(0);
    expect(answered.onHalf).not.toHaveBeenCalled();
  });
});

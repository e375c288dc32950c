import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { ApiError } from './errors.js';
import { Ended, exitCodeOf } from './exit-codes.js';

it('tells scripts apart what went wrong', () => {
  expect(exitCodeOf(new CommanderError(0, 'commander.help', 'help'))).toBe(0);
  expect(exitCodeOf(new CommanderError(1, 'commander.unknownCommand', 'no such command'))).toBe(2);
  expect(exitCodeOf(new Error('an answer broke off'))).toBe(1);
  expect([null, 404, 409, 412, 503, 400].map((status) => exitCodeOf(new ApiError('no', status)))).toEqual([
    3, 4, 5, 5, 3, 1,
  ]);
  expect([new Ended('late', 'timedOut'), new Ended('no', 'otherwise')].map(exitCodeOf)).toEqual([6, 7]);
});

import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { Api, type Addresses } from './api.js';

/** The APIs that the global options name. */
export function apiOf(command: Command): Api {
  const { deployer, ingress, feedback } = command.optsWithGlobals<Addresses>();
  const trimmed = (url: string) => url.replace(/\/+$/, '');
  return new Api({ deployer: trimmed(deployer), ingress: trimmed(ingress), feedback: trimmed(feedback) });
}

/** Who is at the keyboard, for the record of actions. */
export function actorName(): string {
  return process.env['UNDERSTUDY_ACTOR'] ?? userInfo().username;
}

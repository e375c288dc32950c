import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { referenceText, type SecretReference } from '#contracts';
import { DEPLOYER_CONFIG, type DeployerConfig } from '../config.js';
import { SecretError } from './sign.js';

/** What references in manifests lead to. Read each time, so that a secret can be changed without a restart. */
@Injectable()
export class Secrets {
  constructor(@Inject(DEPLOYER_CONFIG) private readonly config: Pick<DeployerConfig, 'SECRETS_FOLDER'>) {}

  /** @throws SecretError */
  async read(reference: SecretReference): Promise<string> {
    const { env, file } = reference;
    const folder = this.config.SECRETS_FOLDER;
    if (file !== undefined && folder === undefined)
      throw new SecretError(`"${file}" cannot be read: the deployer has no SECRETS_FOLDER`);
    const text =
      env !== undefined
        ? process.env[env]
        : await readFile(join(folder ?? '', file ?? ''), 'utf8').catch(() => undefined);
    if (text === undefined || text.trim() === '')
      throw new SecretError(`the deployer has nothing under ${referenceText(reference)}`);
    return text.trim();
  }
}

import { createRequire } from 'node:module';
import { loadPrivateCopy } from './codec/private-copy.js';
import { knownVersion, replacements } from './codec/replacements.js';

const require = createRequire(import.meta.url);

/** The version installed. */
const { version } = require('kafkajs/package.json') as { version: string };

/** Why kafkajs is used as it was published, where it is. */
export const kafkajsUnchanged: string | undefined =
  version === knownVersion
    ? undefined
    : `kafkajs ${version} is used as it is: the faster codec of libs/kafka/codec knows only kafkajs ${knownVersion}`;

/**
 * kafkajs with a faster codec: what services use. It is a copy of its own in the process, so that `import 'kafkajs'` still gives the published one;
 * see docs/decisions/0006.
 */
export const { Kafka, logLevel, AssignerProtocol, ConfigResourceTypes } = (
  kafkajsUnchanged === undefined ? loadPrivateCopy('kafkajs', replacements) : require('kafkajs')
) as typeof import('kafkajs');

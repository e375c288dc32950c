import { randomUUID } from 'node:crypto';
import type { AppName } from '#contracts';

/** Which service this process is, and which of its instances. */
export class ServiceInfo {
  readonly instance: string;

  /** @param instance unique name of the instance; default `<app>-<uuid>` */
  constructor(
    readonly app: AppName,
    instance?: string,
  ) {
    this.instance = instance ?? `${app}-${randomUUID()}`;
  }
}

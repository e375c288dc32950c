import { topicName, type TopicId, type TopicParameters } from '#contracts';

/** Full names of topics under the configured prefix. Names are built once: the hot paths ask per record. */
export class TopicNames {
  private readonly names = new Map<string, string>();

  constructor(readonly prefix: string) {}

  /** @throws Error where a parameter of the name is missing */
  of(id: TopicId, parameters: TopicParameters = {}): string {
    const { endpoint, version } = parameters;
    const key =
      endpoint === undefined ? id : version === undefined ? `${id}/${endpoint}` : `${id}/${endpoint}/${version}`;
    let name = this.names.get(key);
    if (name === undefined) {
      name = topicName(this.prefix, id, parameters);
      this.names.set(key, name);
    }
    return name;
  }
}

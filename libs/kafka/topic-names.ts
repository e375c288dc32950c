import { type AppName, topicName, type TopicId, type TopicParameters } from '#contracts';

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

  /** The group by which the instances of an app share a topic, e.g. `understudy.router.requests.digits`. */
  group(app: AppName, id: TopicId, parameters: TopicParameters = {}): string {
    return `${this.prefix}.${app}.${this.of(id, parameters).slice(this.prefix.length + 1)}`;
  }
}

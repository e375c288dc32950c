import { type AppName, topicName, topics, type TopicId, type TopicParameters } from '#contracts';

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

  /** What the full names of a registry entry's topics look like, of one endpoint or all of them. */
  pattern(id: TopicId, endpoint?: string): RegExp {
    const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const parameters: Readonly<Record<string, string>> = {
      '<endpoint>': endpoint === undefined ? '[^.]+' : literal(endpoint),
      '<version>': '.+',
    };
    const parts = topics[id].name.split(/(<endpoint>|<version>)/);
    return new RegExp(`^${literal(this.prefix)}\\.${parts.map((part) => parameters[part] ?? literal(part)).join('')}$`);
  }

  /** The group by which the instances of an app share a topic, e.g. `understudy.router.requests.digits`. */
  group(app: AppName, id: TopicId, parameters: TopicParameters = {}): string {
    return this.groupOf(app, this.of(id, parameters));
  }

  /** The same, by the topic's full name. */
  groupOf(app: AppName, topic: string): string {
    return `${this.prefix}.${app}.${topic.slice(this.prefix.length + 1)}`;
  }
}

export interface StartOptions {
  readonly help: boolean;
  readonly demo: boolean;
  readonly fresh: boolean;
  readonly folder: string;
  readonly brokers: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly kafkaPort: number;
  readonly postgresPort: number;
  readonly services: readonly { readonly name: string; readonly port: number }[];
}

export const usage: string;
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): StartOptions;

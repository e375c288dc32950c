/** Something that is stored other than a recount gives it. */
export interface Difference {
  readonly table: 'outcomes' | 'arm_stats' | 'key_stats' | 'pair_stats' | 'bucket_stats';
  readonly key: string;
  readonly stored: unknown;
  readonly recounted: unknown;
}

/** Keys of the advisory locks, so that no two uses meet by accident. Those with one number and those with two never do. */
export const locks = {
  /** Held while migrations run. */
  migrations: 7_283_001,
  /** Held while day partitions are made. */
  partitions: 7_283_002,
  /** Held by the deployer that leads. */
  deployerLeader: 7_283_003,
  /** With a partition of the topic predictions as second number: held while rows of it are recorded. */
  recording: 7_283_004,
  /** With a hash of the endpoint as second number: held while the health of its versions is looked at. */
  health: 7_283_012,
  /** Held from the writing of an event until it is committed. */
  events: 7_283_025,
} as const;

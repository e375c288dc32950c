import type { View } from './view.js';

/** Truth that nobody asked for. */
export const unmatchedTruth: View = {
  name: 'unmatched_truth',
  description: 'One row for each truth whose request was not found in the log, and is not waited for any more.',
  columns: {
    seq: 'Order of arrival (ground_truth.seq)',
    endpoint: 'The endpoint that the truth names',
    request_id: 'The request that it names',
    truth: 'The truth; either this or reward',
    reward: 'The reward itself; either this or truth',
    at: 'When it became known, as whoever sent it said',
    reason: 'unknown endpoint: no such endpoint was ever applied; unknown request: the endpoint has no such request',
  },
  select: `
    SELECT g.seq, g.endpoint, g.request_id, g.truth, g.reward, g.at,
      CASE WHEN e.name IS NULL THEN 'unknown endpoint' ELSE 'unknown request' END
    FROM unmatched_truth u
    JOIN ground_truth g USING (endpoint, request_id)
    LEFT JOIN endpoints e ON e.name = g.endpoint`,
};

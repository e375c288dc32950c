/** The request does not fit the model: its sender's fault (HTTP 422). Names the input, what was expected and what came. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

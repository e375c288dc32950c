const width = 30;

/** `██████░░░░`, 30 characters wide. @param share from 0 to 1 */
export function bar(share: number): string {
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

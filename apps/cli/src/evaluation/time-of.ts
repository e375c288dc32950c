/** An ISO 8601 time in ms since 1970; 0 where there is none. */
export const timeOf = (text: string | undefined): number => (text === undefined ? 0 : Date.parse(text));

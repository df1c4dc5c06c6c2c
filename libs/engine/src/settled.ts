/** The promise without its failure, for work whose loss costs nothing but time. */
export const settled = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

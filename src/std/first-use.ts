// What not everybody needs, and takes long to load or to open: made when it is first asked for. A failure is told to
// who asked and not kept, so that the next one who asks has it tried anew.

/** The same thing for all calls. */
export function onFirstUse<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

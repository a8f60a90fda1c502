/** JSON Pointers (RFC 6901). */

/** The place of a part. */
export function step(path: string, part: string | number): string {
  return `${path}/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The path of these steps. */
export function pointer(steps: readonly string[]): string {
  return steps.reduce((path, part) => step(path, part), "");
}

/** The steps of a path. */
export function partsOf(path: string): string[] {
  const parts = path.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

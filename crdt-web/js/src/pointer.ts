/** JSON Pointers (RFC 6901). */

/** The place of a part. */
export function step(path: string, part: string | number): string {
  return `${path}/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

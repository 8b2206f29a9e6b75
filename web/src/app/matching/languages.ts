const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

/** Returns what a language is called, such as `German` for `de`. */
export function languageName(tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag; // no tag at all
  }
}

const TAGS =
  "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi yue zh zu";

/** Languages to choose from, by what they are called. */
export const LANGUAGES: readonly { tag: string; name: string }[] = TAGS.split(" ")
  .map((tag) => ({ tag, name: languageName(tag) }))
  .sort((one, other) => one.name.localeCompare(other.name, "en"));

// Initials of Chinese words as people type them to find something: 退款 is "tk". The browser's own pinyin order tells them, so no
// dictionary is loaded; a character with several readings counts under its most usual one.
const LETTERS = "abcdefghjklmnopqrstwxyz";
/** The first character of each letter in pinyin order. */
const FIRST = [..."阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀"];
const HAN = /\p{Script=Han}/u;
const known = new Map<string, string>();
let order: Intl.Collator | null = null;

function initial(character: string): string {
  if (!HAN.test(character)) return character;
  order ??= new Intl.Collator("zh-CN-u-co-pinyin");
  const found = order;
  const at = FIRST.findLastIndex((first) => found.compare(first, character) <= 0);
  return LETTERS[at] ?? character;
}

/** The text with each Chinese character replaced by its initial, in small letters; "" when there is none. */
export function initials(text: string): string {
  if (!HAN.test(text)) return "";
  const before = known.get(text);
  if (before !== undefined) return before;
  const found = [...text].map(initial).join("").toLowerCase();
  known.set(text, found);
  return found;
}

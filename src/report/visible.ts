/**
 * A value with the control characters of its texts made visible, `\u001b` for an escape. File names, commit subjects
 * and names of packages are written by others: one that is shown as it is could move the cursor of whoever reads it,
 * paint over lines, or change the window's title; one with a line break could pass for a line of ours.
 */
export function visible<T>(value: T, show: (text: string) => string = visibleText): T {
  if (typeof value === 'string') return show(value) as T;
  if (Array.isArray(value)) return value.map((each) => visible(each, show)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const shown: Partial<T> = {};
  for (const key of Object.keys(value) as (keyof T)[]) {
    // What is computed when it is asked for stays so: a renderer may do without.
    const get = Object.getOwnPropertyDescriptor(value, key)?.get && (() => visible(value[key], show));
    // Thousands are assigned, which takes a fraction of the time; one name would mean something else.
    if (get === undefined && key !== '__proto__') shown[key] = visible(value[key], show);
    else {
      const own = get === undefined ? { value: visible(value[key], show), writable: true } : { get };
      Object.defineProperty(shown, key, { ...own, enumerable: true, configurable: true });
    }
  }
  return shown as T;
}

/** Line breaks and tabs do their work: in messages, and in what a tool has written. */
export function visibleLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(allButLines, escaped);
}

function visibleText(text: string): string {
  return printableAscii.test(text) ? text : text.replace(all, escaped);
}

/** Most texts are: a pattern of ranges is over them in a fraction of the time. */
const printableAscii = /^[ -~]*$/;

/** Control characters, line separators, and those that turn the direction of writing. */
const all = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const allButLines = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

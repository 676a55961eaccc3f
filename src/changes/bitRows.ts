import { oncePer } from '../oncePer.ts';

/** Rows, each a set of members. Rows and members are numbers from 0 on. */
export class BitRows {
  private readonly words: Int32Array;
  private readonly width: number;

  constructor(
    private readonly count: number,
    members: number,
  ) {
    this.width = Math.ceil(members / 32);
    this.words = new Int32Array(count * this.width);
  }

  has(row: number, member: number): boolean {
    return (this.word(row, member >> 5) & bit(member)) !== 0;
  }

  add(row: number, member: number): void {
    const at = row * this.width + (member >> 5);
    this.words[at] = (this.words[at] as number) | bit(member);
  }

  /** All members. */
  fill(row: number): void {
    this.words.fill(-1, row * this.width, (row + 1) * this.width);
  }

  /** The members of a row of others, which are as many. */
  addAll(row: number, others: BitRows, from: number): void {
    const { words, width } = this;
    const [to, start] = [row * width, from * width];
    for (let word = 0; word < width; word += 1)
      words[to + word] = (words[to + word] as number) | (others.words[start + word] as number);
  }

  /** The rows that differ, and in what; where one has fewer rows or members, the others are not in it. */
  apartFrom(others: BitRows): RowApart[] {
    const count = Math.max(this.count, others.count);
    const width = Math.max(this.width, others.width);
    const apart: RowApart[] = [];
    for (let row = 0; row < count; row += 1) {
      let differs = 0;
      for (let word = 0; word < width; word += 1) differs |= this.word(row, word) ^ others.word(row, word);
      if (differs === 0) continue;
      const words = Array.from({ length: width }, (_, word) => this.word(row, word) ^ others.word(row, word));
      apart.push({ row, has: (member) => ((words[member >> 5] ?? 0) & bit(member)) !== 0 });
    }
    return apart;
  }

  private word(row: number, word: number): number {
    return row < this.count && word < this.width ? (this.words[row * this.width + word] as number) : 0;
  }
}

/** Empty rows for so many members, one for each of some numbers and all below. */
export function rowsUpTo(numbers: Iterable<number>, members: number): BitRows {
  let most = -1;
  for (const number of numbers) most = Math.max(most, number);
  return new BitRows(most + 1, members);
}

/** A row in which two differ; `has`: by this member. */
interface RowApart {
  row: number;
  has(member: number): boolean;
}

/** In the word of 32 members. */
function bit(member: number): number {
  return 1 << (member & 31);
}

/** Rows that differ between two; found once for all members. */
export const rowsApart = oncePer((before: BitRows) => oncePer((after: BitRows) => before.apartFrom(after)));

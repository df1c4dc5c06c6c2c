/**
 * Texts that lie beside the JSON of a snapshot, a line each: who reads the JSON reads none of them until it is wanted. What is put
 * here holds no line break, as no JSON does.
 */
export class Shelf {
  /** @param lines  the JSON first */
  private constructor(private readonly lines: string[]) {}

  static empty(): Shelf {
    return new Shelf(['']);
  }

  /** Reads what `beside` gave. */
  static from(text: string): readonly [json: string, shelf: Shelf] {
    const lines = text.split('\n');
    return [lines[0] as string, new Shelf(lines)];
  }

  /** Where it lies. */
  put(line: string): number {
    return this.lines.push(line) - 1;
  }

  /** @throws where nothing was put there: the snapshot is not whole */
  at(place: number): string {
    const line = this.lines[place];
    if (line === undefined) throw new Error(`A snapshot lacks its line ${place}.`);
    return line;
  }

  /** One text of the JSON and of all that lies here. */
  beside(json: string): string {
    this.lines[0] = json;
    return this.lines.join('\n');
  }
}

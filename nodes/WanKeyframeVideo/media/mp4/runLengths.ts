/** Values in a row as MP4 tables store them: how often, then what. */
export class RunLengths {
	private readonly entries: { count: number; value: number }[] = [];

	add(value: number): void {
		const last = this.entries.at(-1);
		if (last?.value === value) last.count += 1;
		else this.entries.push({ count: 1, value });
	}

	/** Count and value by turns. */
	flat(): number[] {
		return this.entries.flatMap(({ count, value }) => [count, value]);
	}

	get isAllZero(): boolean {
		return this.entries.every(({ value }) => value === 0);
	}

	get length(): number {
		return this.entries.length;
	}
}

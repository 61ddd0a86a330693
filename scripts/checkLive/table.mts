import type { Row } from './checkLive.mts';

const MARKS: Readonly<Record<Row['grade'], string>> = {
	documented: '✔',
	noted: '·',
	different: '✘',
	skipped: '–',
};

const NAME_WIDTH = 45;

/** A row of the table: the check, and as documented or how it differs. */
export function rowText({ name, grade, documented, seen }: Row): string {
	const start = `${MARKS[grade]} ${name.padEnd(NAME_WIDTH)} `;
	switch (grade) {
		case 'documented':
			return `${start}as documented${seen && `: ${seen}`}`;
		case 'noted':
			return start + seen;
		case 'skipped':
			return `${start}not checked: ${seen}`;
		case 'different':
			return `${start}${seen}\n${' '.repeat(NAME_WIDTH + 3)}documented: ${documented}`;
	}
}

/** How many rows there are of each kind, in a line. */
export function summary(rows: readonly Row[]): string {
	const count = (grade: Row['grade']) => rows.filter((row) => row.grade === grade).length;
	return (
		`${rows.length} checks: ${count('documented')} as documented, ${count('different')} differ, ` +
		`${count('noted')} noted, ${count('skipped')} not made.`
	);
}

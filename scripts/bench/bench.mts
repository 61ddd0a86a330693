/** `npm run bench`: how late the end of a video is seen, and with how many queries, ours beside what others do. */
import {
	coursesAround,
	figuresOf,
	ours,
	PEERS,
	RUN_SECONDS,
	type Figures,
	type Policy,
} from '../../test/tasks/pollingPolicies.mts';

/** How far true run times lie from the expected ones. */
const SPREAD = 0.1;
/** What the table of models says for Wan 2.7. */
const USUAL_RUN_MS = 70_000;

const POLICIES: Readonly<Record<string, (seconds: number) => Policy>> = {
	'ours, run times learned': (seconds) =>
		ours({ kind: 'learned', runMs: seconds * 1000, spreadMs: seconds * 1000 * SPREAD }),
	'ours, usual time only': () => ours({ kind: 'usual', runMs: USUAL_RUN_MS }),
	'ours, nothing known': () => ours(),
	...Object.fromEntries(Object.entries(PEERS).map(([name, policy]) => [name, () => policy])),
};

/** Run times in seconds, both ends included. */
const BANDS = [
	[20, 480],
	[20, 60],
	[60, 120],
	[120, 240],
	[240, 480],
] as const;

async function meansOver(
	policyFor: (seconds: number) => Policy,
	[from, to]: readonly [number, number],
): Promise<Figures> {
	const all = await Promise.all(
		RUN_SECONDS.filter((seconds) => seconds >= from && seconds <= to).map(
			async (seconds) => await figuresOf(policyFor(seconds), coursesAround(seconds, SPREAD, true)),
		),
	);
	const mean = (of: (figures: Figures) => number) =>
		all.reduce((sum, figures) => sum + of(figures), 0) / all.length;
	return { latenessMs: mean((one) => one.latenessMs), queries: mean((one) => one.queries) };
}

const rows: Record<string, Record<string, string>> = {};
for (const [name, policyFor] of Object.entries(POLICIES)) {
	const row: Record<string, string> = {};
	for (const band of BANDS) {
		const { latenessMs, queries } = await meansOver(policyFor, band);
		row[`${band[0]}–${band[1]} s`] = `${(latenessMs / 1000).toFixed(2)} s / ${queries.toFixed(1)}`;
	}
	rows[name] = row;
}
console.log(
	'Mean lateness / queries of one task, by its run time (±10 %, 0.03 to 14 s in the queue):',
);
console.table(rows);

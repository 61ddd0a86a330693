/** When to ask: one task against a service that exists only as its times. */
import {
	timesAround,
	figuresOf,
	ours,
	RUN_SECONDS,
	type Figures,
	type Policy,
} from '../../test/tasks/pollingPolicies.mts';
import { lateAndQueries, ofPeers, type Row } from './row.mts';

/** How far true run times lie from the expected ones. */
const SPREAD = 0.1;
/** What the table of models says for Wan 2.7. */

type Band = readonly [fromSeconds: number, toSeconds: number];
const ALL: Band = [20, 480];
const BANDS: readonly Band[] = [
	[20, 60],
	[60, 120],
	[120, 240],
	[240, 480],
];

const learned = (runSeconds: number): Policy =>
	ours({
		runMs: runSeconds * 1000,
		spreadMs: runSeconds * 1000 * SPREAD,
	});

async function meansOver(policyFor: (runSeconds: number) => Policy, [from, to]: Band) {
	const all = await Promise.all(
		RUN_SECONDS.filter((runSeconds) => runSeconds >= from && runSeconds <= to).map(
			async (runSeconds) =>
				await figuresOf(policyFor(runSeconds), timesAround(runSeconds, SPREAD, true)),
		),
	);
	const mean = (of: (figures: Figures) => number) =>
		all.reduce((sum, figures) => sum + of(figures), 0) / all.length;
	return { latenessMs: mean((one) => one.latenessMs), queries: mean((one) => one.queries) };
}

async function row(
	what: string,
	band: Band,
	policyFor: (runSeconds: number) => Policy,
): Promise<Row> {
	const cell = async (policy: (runSeconds: number) => Policy) =>
		lateAndQueries(await meansOver(policy, band));
	return {
		figure: `a task of ${band.join('–')} s, ${what}: late / queries`,
		ours: await cell(policyFor),
		peers: await ofPeers(async (peer) => await cell(() => peer)),
	};
}

/** Run times spread by 10 % around what is expected, after 0.03 to 14 s in the queue. */
export async function pollingRows(): Promise<Row[]> {
	return [
		await row('like earlier ones', ALL, learned),
		await row('nothing known', ALL, () => ours()),
		...(await Promise.all(
			BANDS.map(async (band) => await row('like earlier ones', band, learned)),
		)),
	];
}

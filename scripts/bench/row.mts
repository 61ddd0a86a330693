import { OTHER_CLIENTS, type Figures } from '../../test/tasks/pollingPolicies.mts';

/** One line of the table: a figure of ours, and of each peer policy that it can be told of. */
export interface Row {
	readonly figure: string;
	readonly ours: string;
	readonly peers: Readonly<Record<string, string>>;
}

/** The peer that is n8n's own node, of which more than the policy is known. */
export const N8N = 'every 15 s (n8n)';

/** The row's cells for all peers. */
export async function ofPeers(
	cellOf: (peer: (typeof OTHER_CLIENTS)[string]) => Promise<string>,
): Promise<Record<string, string>> {
	const cells: Record<string, string> = {};
	for (const [name, peer] of Object.entries(OTHER_CLIENTS)) cells[name] = await cellOf(peer);
	return cells;
}

export const seconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;

/** Mean lateness and queries of one task. */
export const lateAndQueries = ({ latenessMs, queries }: Figures): string =>
	`${seconds(latenessMs, 2)} / ${queries.toFixed(1)}`;

/** Prints the rows as one table, the figures down, the policies across. */
export function printTable(rows: readonly Row[]): void {
	const table = rows.map(({ figure, ours, peers }) => [figure, { ours, ...peers }] as const);
	console.log('\nLateness is from the end of a task to the answer that tells of it.');
	const peers = rows.flatMap((row) => Object.keys(row.peers));
	console.table(Object.fromEntries(table), [
		...new Set(['ours', ...Object.keys(OTHER_CLIENTS), ...peers]),
	]);
}

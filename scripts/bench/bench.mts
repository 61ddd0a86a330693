/** `npm run bench`: all figures that are told of the node, in one run and one table, ours beside what others do. */
import { afterAll, it } from 'vitest';
import { downloadMemoryRows } from './downloadMemory.mts';
import { joinRows } from './joinFigures.mts';
import { manyTasksRows } from './manyTasks.mts';
import { pollingRows } from './polling.mts';
import { printTable, type Row } from './row.mts';
import { togetherRows } from './together.mts';

const rows: Row[] = [];

it.each([
	['when to ask', pollingRows],
	['many tasks', manyTasksRows],
	['memory of a download', downloadMemoryRows],
	['tasks together', togetherRows],
	['joining videos', joinRows],
])('%s', async (_, measure) => {
	rows.push(...(await measure()));
});

afterAll(() => printTable(rows));

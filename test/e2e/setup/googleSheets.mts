/** Google's Sheets API on this machine: one spreadsheet with one sheet, read and written by cells. */
import fastify from 'fastify';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { HostListeners } from './internetHosts.mts';

const TOKEN = 'ya29.for-trials-only';
const TITLE = 'Videos';

type Cell = string | number;

interface CellUpdate {
	range: string;
	values: Cell[][];
}

export interface GoogleSheets {
	/** What answers under Google's address. */
	readonly hosts: HostListeners;
	readonly credential: ICredentialDataDecryptedObject;
	/** Fills the sheet: the names of the columns, then its rows. */
	fill(rows: readonly Cell[][]): void;
	/** The sheet's rows by the names of their columns. */
	rows(): Record<string, Cell | undefined>[];
	/** All values that were written into a column, in their order. */
	written(column: string): Cell[];
}

export async function makeGoogleSheets(): Promise<GoogleSheets> {
	let cells: Cell[][] = [];
	let updates: { column: number; value: Cell }[] = [];
	const app = fastify();
	app.addHook('onRequest', async ({ headers }, reply) => {
		if (headers.authorization === `Bearer ${TOKEN}`) return;
		await reply.code(401).send({ error: { code: 401, status: 'UNAUTHENTICATED' } });
	});
	app.get('/v4/spreadsheets/:id', async () => ({
		sheets: [{ properties: { sheetId: 0, title: TITLE } }],
	}));
	app.get('/v4/spreadsheets/:id/values/:range', async () => ({ range: TITLE, values: cells }));
	app.post<{ Body: { data: CellUpdate[] } }>(
		'/v4/spreadsheets/:id/values::batchUpdate',
		async ({ body: { data } }, reply) => {
			for (const { range, values } of data) {
				const [, letter, row] = /^Videos!([A-Z])(\d+)$/.exec(range) ?? [];
				const value = values[0]?.[0];
				if (letter === undefined || value === undefined) return await reply.code(400).send({});
				const column = letter.charCodeAt(0) - 'A'.charCodeAt(0);
				(cells[Number(row) - 1] ??= [])[column] = value;
				updates.push({ column, value });
			}
			return { totalUpdatedCells: data.length };
		},
	);
	await app.ready();
	return {
		hosts: { 'sheets.googleapis.com': (request, response) => app.routing(request, response) },
		credential: {
			clientId: 'for-trials-only',
			clientSecret: 'for-trials-only',
			oauthTokenData: { access_token: TOKEN, token_type: 'Bearer' },
		},
		fill(rows) {
			cells = rows.map((row) => [...row]);
			updates = [];
		},
		rows() {
			const [names = [], ...rows] = cells;
			return rows.map((row) =>
				Object.fromEntries(names.map((name, column) => [String(name), row[column]])),
			);
		},
		written: (name) =>
			updates.filter(({ column }) => column === cells[0]?.indexOf(name)).map(({ value }) => value),
	};
}

/**
 * The examples that are started or fed by another service, each of which answers on this machine; and how
 * all examples look in the editor.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { serveFrames } from '../exampleFrames.mts';
import { readVideo } from '../video/video.mts';
import { Editor } from './setup/editor.mts';
import { eventually } from './setup/eventually.mts';
import { exampleNames, exampleWorkflow } from './setup/exampleWorkflow.mts';
import { makeGoogleSheets } from './setup/googleSheets.mts';
import { startInternetHosts } from './setup/internetHosts.mts';
import { examplesFolder } from './setup/paths.mts';
import { startHarness } from './setup/harness.mts';
import { startTelegram, TELEGRAM_USER } from './setup/telegram.mts';

const sheets = await makeGoogleSheets();
const internet = await startInternetHosts(sheets.hosts);
afterAll(async () => await internet[Symbol.asyncDispose]());
const telegram = await startTelegram();
afterAll(async () => await telegram[Symbol.asyncDispose]());
const harness = await startHarness({}, internet.environment);
const { client, credential, n8n, simulator } = harness;
const surroundings = { credential, simulator, filesFolder: n8n.filesFolder };

describe('sheet-queue', async () => {
	const COLUMNS = ['firstFrame', 'lastFrame', 'prompt', 'seconds', 'status', 'taskId', 'video'];
	const { first, last } = await serveFrames(simulator);
	const example = await exampleWorkflow('sheet-queue', {
		...surroundings,
		otherCredentials: {
			googleSheetsOAuth2Api: await client.createCredential(
				'Google Sheets',
				'googleSheetsOAuth2Api',
				sheets.credential,
			),
		},
	});
	const { id } = await client.createWorkflow(example.name, example);

	const row = (prompt: string, status: string) => [first, last, prompt, 3, status];
	async function run() {
		const execution = await client.ended(await client.execute({ id }, 'Every 10 minutes'));
		expect(execution.status).toBe('success');
		return sheets.rows();
	}

	it('makes a video of each new row, and writes task, status and link into it', async () => {
		sheets.fill([
			[...COLUMNS, 'note'],
			row('Look up.', 'new'),
			row('Not yet.', ''),
			row('Leave.', 'new'),
		]);
		const rows = await run();

		expect(rows.map(({ status }) => status)).toEqual(['done', '', 'done']);
		for (const { prompt, taskId, video, note } of rows.filter(({ status }) => status === 'done')) {
			const task = simulator.tasks.get(String(taskId));
			expect(task?.video.prompt).toBe(prompt);
			expect(note).toBe('3 s, billed 3 s');
			const { seconds } = await readVideo(
				Buffer.from(await (await fetch(String(video))).arrayBuffer()),
			);
			expect(seconds).toBeCloseTo(3, 1);
		}
		// Taken before anything is paid, so that the next round leaves them alone.
		expect(sheets.written('status')).toEqual(['running', 'running', 'done', 'done']);
		expect(harness.count('create')).toBe(2);

		expect(await run()).toEqual(rows);
		expect(harness.count('create')).toBe(2);
	});

	it('writes into the row why its video was not made', async () => {
		sheets.fill([
			[...COLUMNS, 'note'],
			row('Bad.', 'new'),
			row('Good.', 'new'),
			['no link', last, 'Odd.', 3, 'new'],
		]);
		const message = 'Input data may contain inappropriate content.';
		simulator.fault({
			on: 'create',
			prompt: 'Bad.',
			effect: 'failTask',
			code: 'DataInspectionFailed',
			message,
		});
		const rows = await run();

		expect(rows.map(({ status }) => status)).toEqual(['failed', 'done', 'failed']);
		expect(rows.map(({ note }) => note)).toEqual([
			expect.stringContaining('content inspection'),
			'3 s, billed 3 s',
			expect.stringContaining("'First Frame URL'"),
		]);
		// What was paid for can still be asked for.
		expect(simulator.tasks.has(String(rows[0]?.['taskId']))).toBe(true);
	});
});

describe('telegram-pair-to-video', async () => {
	const example = await exampleWorkflow('telegram-pair-to-video', {
		...surroundings,
		otherCredentials: {
			telegramApi: await client.createCredential('Telegram', 'telegramApi', telegram.credential),
		},
	});
	for (const { parameters } of example.nodes) {
		// The step that its note names: who may make videos.
		if (parameters['updates']) parameters['additionalFields'] = { userIds: `${TELEGRAM_USER}` };
	}
	await client.activate(await client.createWorkflow(example.name, example));
	const picture = async (name: string) => [
		{ file_id: 'a-small-copy' },
		{ file_id: telegram.keep(name, await readFile(path.join(examplesFolder, 'frames', name))) },
	];
	const first = { photo: await picture('first.png') };
	const answer = async (number: number) =>
		await eventually(`message ${number} of the bot`, () => telegram.sent[number - 1]);

	it('answers a picture that replies to another one with the video between them', async () => {
		await telegram.receive({
			photo: await picture('last.png'),
			caption: 'It looks up.',
			reply_to_message: first,
		});
		const { chat, replyTo, video, text } = await answer(1);

		expect(text).toBeUndefined();
		expect({ chat, replyTo }).toEqual({ chat: '1001', replyTo: '1' });
		const [taskId] = [...simulator.tasks.keys()].slice(-1);
		expect(video?.fileName).toBe(`${taskId}.mp4`);
		const { seconds } = await readVideo(video?.bytes ?? Buffer.of());
		expect(seconds).toBeCloseTo(5, 1);
		expect(simulator.tasks.get(String(taskId))?.video.prompt).toBe('It looks up.');
	});

	it('says how to do it to whoever sends something else', async () => {
		await telegram.receive(first);
		expect((await answer(2)).text).toContain('reply to it with the last one');
		await telegram.receive({ text: 'Hello', reply_to_message: first });
		expect((await answer(3)).text).toContain('reply to it with the last one');
		expect(harness.count('create')).toBe(0);
	});

	it('tells why there is no video', async () => {
		simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'InternalError',
			message: 'No <GPU>',
		});
		await telegram.receive({ photo: await picture('last.png'), reply_to_message: first });
		expect((await answer(4)).text).toMatch(/^No video: Task .* is FAILED/);
	});

	it('makes nothing for strangers', async () => {
		const strangers = TELEGRAM_USER + 1;
		await telegram.receive({ ...first, reply_to_message: first }, strangers);
		// Whatever comes of it would come before the answer to a message after it.
		await telegram.receive({ text: 'Hello' });
		expect((await answer(5)).text).toContain('reply to it with the last one');
		expect(harness.count('create')).toBe(0);
	});
});

const editor = await Editor.signIn(n8n.url);
afterAll(async () => await editor.close());

describe('form-storyboard', async () => {
	const example = await exampleWorkflow('form-storyboard', surroundings);
	const form = example.nodes.find(({ type }) => type.endsWith('.formTrigger'));
	if (form?.webhookId === undefined) throw new Error('The form has no address');
	const url = `${n8n.url}/form/${form.webhookId}`;
	const workflow = await client.createWorkflow(example.name, example);
	await client.activate(workflow);
	const [first, last] = ['first', 'last'].map((name) =>
		path.join(examplesFolder, 'frames', `${name}.png`),
	);
	const pictures = [first, last, first].map(String);

	/** Fills in the form and sends it. */
	async function send(files: string[], closeLoop: string) {
		const { page } = editor;
		await eventually('the form', async () => ((await page.goto(url))?.ok() ? true : undefined));
		await page.locator('input[type="file"]').setInputFiles(files);
		await page.locator('textarea').fill('One scene flows into the next.');
		await page.locator('select').selectOption(closeLoop);
		await page.locator('button[type="submit"]').click();
		return page;
	}

	it('gives whoever sent three pictures a film of two clips', async () => {
		const page = editor.page;
		const downloads = page.waitForEvent('download', { timeout: 90_000 });
		await send(pictures, 'No');
		const download = await downloads;

		expect(download.suggestedFilename()).toBe('film.mp4');
		const film = await readVideo(await readFile(await download.path()));
		expect(film.seconds).toBeCloseTo(6, 2);
		expect(harness.count('create')).toBe(2);
		await page.getByText('Your film is ready').waitFor();
	});

	it('adds a clip where the loop is closed, and says why there is no film', async () => {
		const message = 'Input data may contain inappropriate content.';
		simulator.fault({ on: 'create', effect: 'failTask', code: 'DataInspectionFailed', message });
		const page = await send(pictures, 'Yes');
		await page.getByText('content inspection').waitFor({ timeout: 90_000 });
		expect(harness.count('create')).toBe(3);
	});
});

describe('the editor', async () => {
	// The pictures are those of `examples/README.md`.
	it.each(await exampleNames())('shows all nodes of %s', async (name) => {
		const example = await exampleWorkflow(name, surroundings);
		const { id } = await client.createWorkflow(example.name, example);
		await editor.openWorkflow(id);
		for (const node of example.nodes.filter(({ type }) => !type.endsWith('.stickyNote'))) {
			expect(await editor.node(node.name).isVisible(), node.name).toBe(true);
		}
		await editor.screenshotWorkflow(`examples/${name}`);
	});
});

/** The live check against the simulator: what it finds, what it saves, and above all what it can never buy. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LiveApi } from '../scripts/checkLive/api.mts';
import { checkLive, type CheckLiveOptions, type Row } from '../scripts/checkLive/checkLive.mts';
import { impossibleCreate, isImpossible, MODELS } from '../scripts/checkLive/impossible.mts';
import { SIMULATED_PACE } from '../scripts/checkLive/liveService.mts';
import { redact } from '../scripts/checkLive/redact.mts';
import { rowText, summary } from '../scripts/checkLive/table.mts';
import { type Simulator, startSimulator, statusAt } from './simulator/index.mts';

const KEY = 'sk-a-key-that-nobody-may-see';
const HOUR_MS = 3_600_000;
/** Every model, and two bodies whose late validation is looked at by itself. */
const TASKS = MODELS.length + 2;
/** Creates that are refused before there is a task. */
const REFUSED_CREATES = 8;

let simulator: Simulator;
let folder: string;

async function setUp(): Promise<void> {
	simulator = await startSimulator({
		key: KEY,
		speed: 1_000,
		maxPixels: 64 * 64,
		limits: { createsPerSecond: 1_000, running: 1_000, queriesPerSecond: 1_000 },
	});
	folder = await mkdtemp(path.join(tmpdir(), 'check-live-'));
}

async function tearDown(): Promise<void> {
	await simulator.close();
	await rm(folder, { recursive: true });
}

const serviceOf = ({ url, key }: Simulator) => ({
	apiBaseUrl: `${url}/api/v1`,
	apiKey: key,
	...SIMULATED_PACE,
	pollMs: 20,
});

const run = async (options: Partial<CheckLiveOptions> = {}): Promise<Row[]> =>
	await checkLive({
		service: serviceOf(simulator),
		outputFolder: folder,
		paid: false,
		...options,
	});

const graded = (rows: readonly Row[], grade: Row['grade']) =>
	rows.filter((row) => row.grade === grade).map(({ name, seen }) => `${name}: ${seen}`);

const rowNamed = (rows: readonly Row[], name: string) => rows.find((row) => row.name === name);

/** How the tasks end, however long they are left alone. */
const ends = () =>
	[...simulator.tasks.values()].map((task) => statusAt(task, Date.now() + HOUR_MS));

const savedText = async () => {
	const names = await readdir(folder);
	const texts = names.map(async (name) => await readFile(path.join(folder, name), 'utf8'));
	return (await Promise.all(texts)).join('\n');
};

describe('without --paid', () => {
	let rows: Row[];
	let foreign: string;

	beforeAll(async () => {
		await setUp();
		foreign = simulator.addTask({});
		rows = await run();
	});
	afterAll(tearDown);

	it('finds the simulator as documented', () => {
		expect(graded(rows, 'different')).toEqual([]);
		expect(graded(rows, 'skipped')).toEqual([]);
		expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
		for (const { id } of MODELS) expect(rowNamed(rows, `model-${id}`)).toBeDefined();
	});

	it('makes no task that ever succeeds', () => {
		expect(ends().sort()).toEqual([
			...Array.from({ length: TASKS }, () => 'FAILED'),
			// The one that was there before.
			'SUCCEEDED',
		]);
	});

	it('sends no create that could come to a video', () => {
		const creates = simulator.requests.filter(({ kind }) => kind === 'create');
		expect(creates).toHaveLength(TASKS + REFUSED_CREATES);
		expect(creates.filter(({ body }) => !isImpossible(JSON.stringify(body ?? null)))).toEqual([]);
	});

	it('saves every answer, and neither key nor account nor signature', async () => {
		expect(await readdir(folder)).toHaveLength(rows.length);
		const all = await savedText();
		expect(all).toContain('parameters.resolution');
		expect(all).toContain('"x-oss-object-acl": "private"');
		// The simulator's account, key and store; the task that was there before.
		for (const secret of [KEY, '100000000000', '1000001', 'LTAI', 'dashscope-instant', foreign]) {
			expect(all).not.toContain(secret);
		}
	});
});

describe('a task that does not fail where it has to', () => {
	beforeEach(setUp);
	afterEach(tearDown);

	it('is told and cancelled, and nothing more is created', async () => {
		simulator.fault({
			on: 'query',
			effect: 'taskStatus',
			status: 'RUNNING',
			times: 10_000,
			skip: 6,
		});
		const service = { ...serviceOf(simulator), failsWithinMs: 100 };
		const rows = await run({ service, paid: true });
		expect(simulator.tasks.size).toBe(1);
		expect(simulator.count('cancel')).toBe(2);
		const [taskId] = simulator.tasks.keys();
		expect(rowNamed(rows, 'late-validation')).toMatchObject({
			grade: 'different',
			seen: expect.stringContaining(`${taskId} is RUNNING`),
		});
		expect(rowNamed(rows, 'model-wan3.0-video')?.grade).toBe('skipped');
		expect(rowNamed(rows, 'video')?.grade).toBe('skipped');
	});
});

describe('the guard', () => {
	beforeEach(setUp);
	afterEach(tearDown);
	const api = () => new LiveApi(serviceOf(simulator));

	it.each(MODELS.map((model) => [model.id, model] as const))(
		'lets the impossible create of %s pass, and none that lacks a lock',
		async (_, model) => {
			const { path: address, body } = impossibleCreate(model);
			expect(isImpossible(JSON.stringify(body))).toBe(true);
			const { parameters = {} } = body;
			const size = model.settings.resolution?.field ?? '';
			const real = JSON.stringify(body).replaceAll('https://check-live.invalid', 'https://a.test');
			const possible = [
				{ ...body, parameters: { ...parameters, duration: 5 } },
				{ ...body, parameters: { ...parameters, [size]: '720P' } },
				{ ...body, parameters: undefined },
				real,
			];
			for (const one of possible) {
				await expect(api().call('POST', address, { body: one })).rejects.toThrow('Not sent');
			}
			expect(simulator.requests).toEqual([]);
		},
	);

	it.each([
		'oss://a/b.png',
		'data:image/png;base64,AAAA',
		'https://check-live.invalid.a.test/b.png',
	])('does not take %s for a frame that cannot be read', (url) => {
		const [model] = MODELS;
		const { body } = impossibleCreate(model ?? expect.fail('there is no model'));
		const input = { ...body.input, media: [{ type: 'first_frame', url }] };
		expect(isImpossible(JSON.stringify({ ...body, input }))).toBe(false);
	});

	it('sends nothing but a web address, and there no key', async () => {
		await expect(api().visit('POST', 'file:///etc/hosts')).rejects.toThrow('Not sent');
		await api().visit('GET', `${simulator.url}/files/1/none`);
		expect(simulator.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
	});
});

describe('with --paid', () => {
	beforeEach(setUp);
	afterEach(tearDown);

	it('makes exactly one video', async () => {
		const rows = await run({ paid: true, only: 'video' });
		expect(rowNamed(rows, 'video')).toMatchObject({ grade: 'documented', seen: '' });
		expect(ends()).toContain('SUCCEEDED');
		expect(simulator.count('create')).toBe(1 + MODELS.filter(({ id }) => /video/.test(id)).length);
		expect(ends().filter((status) => status === 'SUCCEEDED')).toHaveLength(1);
		const all = await savedText();
		expect(all).toContain('video_url');
		expect(all).not.toMatch(/LTAI|Signature=[^(]/);
	});
});

describe('where the service is different', () => {
	beforeEach(setUp);
	afterEach(tearDown);

	it('tells a code that is spelt otherwise and another shape', async () => {
		const code = 'invalid_api_key';
		simulator.fault({ on: 'query', effect: 'error', status: 401, code, shape: 'nested' });
		const [row] = await run({ only: 'wrong-key' });
		expect(row).toMatchObject({ grade: 'different' });
		expect(row?.seen).toContain('spelt invalid_api_key');
	});

	it('tells other words, but does not call them a difference', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', message: 'No.' });
		const [row] = await run({ only: 'wrong-key' });
		expect(row).toMatchObject({ grade: 'noted', seen: 'other words: "No."' });
	});

	it('does not repeat the key, if the service does', async () => {
		const message = `Invalid API-key provided: ${KEY}.`;
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', message });
		const [row] = await run({ only: 'wrong-key' });
		expect(row?.seen).toBe('other words: "Invalid API-key provided: (redacted)."');
		expect(await savedText()).not.toContain(KEY);
	});

	it('tells another status and members that are missing', async () => {
		simulator.fault({ on: 'list', effect: 'html', status: 502 });
		expect((await run({ only: 'list' }))[0]?.seen).toContain('HTTP 502');
		simulator.fault({ on: 'policy', effect: 'omit', fields: ['data.upload_dir'] });
		expect((await run({ only: 'upload-policy' }))[0]?.seen).toBe('without upload_dir');
	});

	it('tells a call that is not answered, and goes on', async () => {
		simulator.fault({ on: 'query', effect: 'reset' });
		const rows = await run({ only: 'task' });
		expect(rows[0]?.seen).toMatch(/^no answer: /);
		expect(rows.length).toBeGreaterThan(1);
	});

	it('takes a model that is not open to the account for what it is', async () => {
		simulator.fault({ on: 'create', effect: 'error', code: 'Model.AccessDenied' });
		const [row] = await run({ only: 'model-kling' });
		expect(row).toMatchObject({ grade: 'noted' });
		expect(row?.seen).toContain('not for this account: HTTP 403');
	});

	it('waits where it is throttled', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'Throttling', times: 3 });
		expect(graded(await run({ only: 'credential-test' }), 'documented')).toHaveLength(1);
	});
});

describe('redaction', () => {
	it('knows secrets by the names of members and queries, and wherever their values stand', () => {
		expect(
			redact(
				{
					caller_uid: 1234567890,
					note: 'account 1234567890, key sk-secret',
					link: 'https://a.test/v.mp4?Expires=1&OSSAccessKeyId=LTAI5&Signature=abc%3D',
					list: [{ policy: 'cG9saWN5' }, 'cG9saWN5', 1234567890, true, null],
				},
				['sk-secret'],
			),
		).toEqual({
			caller_uid: '(redacted)',
			note: 'account (redacted), key (redacted)',
			link: 'https://a.test/v.mp4?Expires=1&OSSAccessKeyId=(redacted)&Signature=(redacted)',
			list: [{ policy: '(redacted)' }, '(redacted)', '(redacted)', true, null],
		});
	});

	it('never has a key, wherever it stands', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, before, after) => {
				const told = JSON.stringify(redact({ value, text: before + KEY + after }, [KEY]));
				expect(told).not.toContain(KEY);
			}),
		);
	});
});

describe('the table', () => {
	const row = { name: 'list', documented: '200', seen: 'HTTP 502' };

	it('says as documented, or how it differs', () => {
		expect(rowText({ ...row, grade: 'documented', seen: '' })).toMatch(/^✔ list +as documented$/);
		expect(rowText({ ...row, grade: 'different' })).toMatch(
			/^✘ list +HTTP 502\n +documented: 200$/,
		);
		expect(rowText({ ...row, grade: 'noted' })).toMatch(/^· list +HTTP 502$/);
		expect(rowText({ ...row, grade: 'skipped' })).toMatch(/^– list +not checked: HTTP 502$/);
		expect(summary([{ ...row, grade: 'different' }])).toBe(
			'1 checks: 0 as documented, 1 differ, 0 noted, 0 not made.',
		);
	});
});

describe('the command', () => {
	beforeEach(setUp);
	afterEach(tearDown);

	const command = fileURLToPath(new URL('../scripts/checkLive.mts', import.meta.url));
	const start = async (environment: NodeJS.ProcessEnv, ...args: string[]) =>
		await promisify(execFile)(
			process.execPath,
			['--import', 'tsx', command, '--output', folder, ...args],
			{ env: { PATH: process.env['PATH'], ...environment } },
		);

	it('asks the simulator where there is no key', async () => {
		const { stdout } = await start({}, '--only', 'task');
		expect(stdout).toContain('the answers of the simulator');
		expect(stdout).toMatch(/ 0 differ, /);
		expect(await readdir(folder)).not.toEqual([]);
	});

	it('asks the service of the environment, and makes no video unless somebody types yes', async () => {
		const environment = { DASHSCOPE_API_KEY: KEY, DASHSCOPE_BASE_URL: simulator.url };
		const { stdout } = await start(environment, '--paid', '--only', 'video-prime');
		expect(stdout).toContain('no video is made');
		expect(stdout).not.toContain(KEY);
		expect(ends()).toEqual(['FAILED']);
	});
});

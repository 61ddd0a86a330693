import { request } from 'node:http';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { startSimulator, type Simulator } from '../index.mts';
import { memberAt } from '../json.mts';
import { bodyFor, picture, TestClient } from '../testClient.mts';

const MODEL = 'wan2.7-i2v';
const RESOLVE = { 'x-dashscope-ossresourceresolve': 'enable' };

let simulator: Simulator;
let client: TestClient;
let png: Buffer;

beforeAll(async () => {
	simulator = await startSimulator({ limits: { createsPerSecond: 1000, queriesPerSecond: 1000 } });
	client = new TestClient(simulator);
	png = await picture(400, 300, 'red');
});

afterEach(() => {
	vi.useRealTimers();
});

afterAll(async () => simulator.close());

interface UploadPolicy {
	host: string;
	fields: [string, string][];
	key: string;
}

async function requestPolicy(name: string, model = MODEL): Promise<UploadPolicy> {
	const query = new URLSearchParams({ action: 'getPolicy', model });
	const reply = await client.call('GET', `/api/v1/uploads?${query.toString()}`);
	const text = (member: string): string => String(memberAt(reply.body, `data.${member}`));
	const key = `${text('upload_dir')}/${name}`;
	return {
		host: text('upload_host'),
		key,
		fields: [
			['OSSAccessKeyId', text('oss_access_key_id')],
			['Signature', text('signature')],
			['policy', text('policy')],
			['key', key],
			['x-oss-object-acl', text('x_oss_object_acl')],
			['x-oss-forbid-overwrite', text('x_oss_forbid_overwrite')],
			['success_action_status', '200'],
		],
	};
}

function formOf(fields: readonly [string, string][], file: Buffer = png): FormData {
	const form = new FormData();
	for (const [name, value] of fields) form.append(name, value);
	form.append('file', new Blob([new Uint8Array(file)]), 'frame.png');
	return form;
}

async function post(host: string, form: FormData, headers = {}): Promise<[number, string]> {
	const response = await fetch(host, { method: 'POST', body: form, headers });
	const text = await response.text();
	return [response.status, /<Code>(.*)<\/Code>/.exec(text)?.[1] ?? text];
}

/** Code and message of the task's error, or undefined for one that nothing is wrong with. */
async function createWith(
	url: string,
	model = MODEL,
	headers = RESOLVE,
): Promise<string | undefined> {
	const last = simulator.serveFile('last.png', png, 'image/png');
	const id = await client.createTask(bodyFor(model, { first: url, last }), headers);
	const failure = simulator.tasks.get(id)?.failure;
	return failure && `${failure.code}: ${failure.message}`;
}

describe('an upload policy', () => {
	it('has the documented members', async () => {
		const reply = await client.call('GET', `/api/v1/uploads?action=getPolicy&model=${MODEL}`);
		expect(reply.body).toEqual({
			request_id: expect.any(String),
			data: {
				policy: expect.any(String),
				signature: expect.any(String),
				upload_dir: expect.any(String),
				upload_host: `${simulator.url}/oss`,
				expire_in_seconds: 300,
				max_file_size_mb: 100,
				capacity_limit_mb: expect.any(Number),
				oss_access_key_id: expect.any(String),
				x_oss_object_acl: 'private',
				x_oss_forbid_overwrite: 'true',
			},
		});
	});

	it.each(['', '?action=getPolicy', '?action=x&model=wan2.7-i2v', '?action=getPolicy&model=x'])(
		'is refused for the query "%s"',
		async (query) => {
			expect((await client.call('GET', `/api/v1/uploads${query}`)).status).toBe(400);
		},
	);

	it('needs the key', async () => {
		const headers = { authorization: 'Bearer sk-other' };
		const path = `/api/v1/uploads?action=getPolicy&model=${MODEL}`;
		expect((await client.call('GET', path, { headers })).status).toBe(401);
	});
});

describe('the upload', () => {
	it('is 200 with an empty body and an ETag', async () => {
		const { host, fields } = await requestPolicy('frame.png');
		const response = await fetch(host, { method: 'POST', body: formOf(fields) });
		expect([response.status, await response.text()]).toEqual([200, '']);
		expect(response.headers.get('etag')).toMatch(/^"[0-9A-F]{32}"$/);
	});

	it('serves several files with one policy, and overwrites none', async () => {
		const { host, fields, key } = await requestPolicy('one.png');
		const other = fields.map(([name, value]): [string, string] => [
			name,
			name === 'key' ? key.replace('one', 'two') : value,
		]);
		expect(await post(host, formOf(fields))).toEqual([200, '']);
		expect(await post(host, formOf(other))).toEqual([200, '']);
		expect(await post(host, formOf(fields))).toEqual([409, 'FileAlreadyExists']);
	});

	it.each<[string, (fields: [string, string][]) => [string, string][], string]>([
		['a missing field', (fields) => fields.slice(1), 'InvalidArgument'],
		['another order', (fields) => [...fields].reverse(), 'InvalidArgument'],
		[
			'a forged signature',
			(fields) => fields.map(([name, value]) => [name, name === 'Signature' ? 'x' : value]),
			'SignatureDoesNotMatch',
		],
		[
			'a key elsewhere',
			(fields) => fields.map(([name, value]) => [name, name === 'key' ? 'x.png' : value]),
			'AccessDenied',
		],
		[
			'leave to overwrite',
			(fields) =>
				fields.map(([name, value]) => [name, name === 'x-oss-forbid-overwrite' ? 'false' : value]),
			'AccessDenied',
		],
	])('refuses a form with %s', async (_name, change, code) => {
		const { host, fields } = await requestPolicy('frame.png');
		expect((await post(host, formOf(change(fields))))[1]).toBe(code);
	});

	it('requires the file to be last', async () => {
		const { host, fields } = await requestPolicy('frame.png');
		const form = new FormData();
		form.append('file', new Blob([new Uint8Array(png)]), 'frame.png');
		for (const [name, value] of fields) form.append(name, value);
		expect(await post(host, form)).toEqual([400, 'InvalidArgument']);
	});

	it('refuses the bearer header', async () => {
		const { host, fields } = await requestPolicy('frame.png');
		const headers = { authorization: 'Bearer sk-simulator' };
		expect(await post(host, formOf(fields), headers)).toEqual([400, 'InvalidArgument']);
	});

	it('refuses a policy after five minutes', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const { host, fields } = await requestPolicy('frame.png');
		vi.setSystemTime(Date.now() + 300_000);
		expect(await post(host, formOf(fields))).toEqual([403, 'AccessDenied']);
	});

	it('refuses a file of more than 100 MB', async () => {
		const { host, fields } = await requestPolicy('frame.png');
		const file = Buffer.alloc(100 * 1024 * 1024 + 1);
		expect(await post(host, formOf(fields, file))).toEqual([400, 'EntityTooLarge']);
	});

	it('needs a Content-Length', async () => {
		const { host } = await requestPolicy('frame.png');
		const status = await new Promise((resolve, reject) => {
			const headers = { 'content-type': 'multipart/form-data; boundary=x' };
			const sent = request(host, { method: 'POST', headers }, (response) => {
				response.resume();
				resolve(response.statusCode);
			});
			sent.on('error', reject);
			sent.write('--x--\r\n');
			sent.end();
		});
		expect(status).toBe(411);
	});
});

describe('oss:// URLs', () => {
	async function uploaded(name: string, file = png): Promise<string> {
		const { host, fields, key } = await requestPolicy(name);
		expect(await post(host, formOf(fields, file))).toEqual([200, '']);
		return `oss://${key}`;
	}

	it('are read for the same model with the resolve header', async () => {
		const url = await uploaded('frame.png');
		const failed = `InvalidParameter: Failed to download ${url}`;
		expect(await createWith(url)).toBeUndefined();
		expect(await createWith(url, MODEL, { 'x-dashscope-ossresourceresolve': '' })).toBe(failed);
		expect(await createWith(url, 'wan2.7-i2v-2026-04-25')).toBe(failed);
		expect(await createWith(`${url}.png`)).toBe(`${failed}.png`);
	});

	it('live 48 hours', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const url = await uploaded('frame.png');
		vi.setSystemTime(Date.now() + 48 * 60 * 60 * 1000 - 1);
		expect(await createWith(url)).toBeUndefined();
		vi.setSystemTime(Date.now() + 1);
		expect(await createWith(url)).toContain('Failed to download');
	});

	it('must have the extension of the real format', async () => {
		expect(await createWith(await uploaded('frame.jpg'))).toMatch(/^InvalidFile\.Format: /);
		const jpeg = await picture(400, 300, 'red', 'jpeg');
		expect(await createWith(await uploaded('frame.JPG', jpeg))).toBeUndefined();
	});
});

/** What users, items and whoever answers in the service's place may send: text that means something elsewhere, and too much of it. */
import type {
	ICredentialDataDecryptedObject,
	INodeParameters,
	INodeProperties,
} from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { WanKeyframeVideo } from '../../nodes/WanKeyframeVideo/WanKeyframeVideo.node.ts';
import { OPERATIONS } from '../../nodes/WanKeyframeVideo/operations/index.ts';
import { startEngine, type EngineResult } from '../engine/engine.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const frame = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const TEXTS: Readonly<Record<string, string>> = {
	'a way up': '../../../api/v1/models',
	'dots alone': '..',
	'a query': 'a?limit=1&b=c#d',
	'line breaks': 'a\r\nX-Injected: yes\r\n\r\nGET /injected HTTP/1.1',
	'characters of all kinds': '你好 \u202e\u{1f600} \0 "\'`${1} %2e%2e%2f',
	'a megabyte': 'x'.repeat(1_000_000),
};

const TASKS = /^\/api\/v1\/tasks(\/([\w-]+(\/cancel)?)?)?$/;
const CREATE = /^\/api\/v1\/services\/aigc\/(image2video|video-generation)\/video-synthesis$/;
const STORE = /^\/(api\/v1\/uploads|oss|files|results)(\/|$)/;

/** As long as a message gets that shows the beginning of what it was given. */
const LONGEST_MESSAGE = 3_000;

/** Every text that an operation takes, with parameters that let it be read. */
const { properties } = new WanKeyframeVideo().description;
const shownFor = (operation: string) => (field: INodeProperties) =>
	field.displayOptions?.show?.['operation']?.includes(operation) ?? false;
const isText = ({ type }: INodeProperties) => type === 'string' || type === 'dateTime';

const CREATING: INodeParameters = createFrom(frame);

interface Target {
	readonly operation: string;
	readonly name: string;
	readonly parametersWith: (text: string) => INodeParameters;
}

function targetsOf(operation: string, base: INodeParameters): Target[] {
	const fields = properties.filter(shownFor(operation));
	const plain = fields.filter(isText).map(({ name }) => ({
		name,
		parametersWith: (text: string): INodeParameters => ({
			operation,
			...base,
			// A field that a choice shows, e.g. the name of a binary field, is read when that is chosen.
			...(name.endsWith('BinaryProperty') && {
				[name.replace('BinaryProperty', 'Source')]: 'binary',
			}),
			...(name.startsWith('customModel') && { model: 'custom' }),
			...(name.startsWith('frame') && { framesPerItem: 'one', closeLoop: true }),
			[name]: text,
		}),
	}));
	const collected = fields
		.filter(({ type }) => type === 'collection')
		.flatMap(({ name, options = [] }) =>
			options.flatMap((option) =>
				'type' in option && isText(option)
					? [
							{
								name: `${name}.${option.name}`,
								parametersWith: (text: string): INodeParameters => ({
									operation,
									...base,
									[name]: { [option.name]: text },
								}),
							},
						]
					: [],
			),
		);
	return [...new Map([...plain, ...collected].map((one) => [one.name, one])).values()].map(
		(one) => ({ ...one, operation }),
	);
}

/** What an operation needs beside the text, so that the text is read. */
const BASES: Readonly<Record<string, INodeParameters>> = {
	create: CREATING,
	getStatus: { downloadVideo: true },
};

/** Every text of every operation, whatever operations there are. */
const TARGETS: readonly Target[] = OPERATIONS.flatMap(({ option: { value } }) =>
	targetsOf(value, BASES[value] ?? {}),
);

it('every operation has a text that is attacked, and the options and filters too', () => {
	const names = TARGETS.map(({ operation, name }) => `${operation}.${name}`);
	for (const { option } of OPERATIONS) {
		expect(names.filter((name) => name.startsWith(`${option.value}.`))).not.toEqual([]);
	}
	expect(names).toEqual(
		expect.arrayContaining(['create.options.negativePrompt', 'getMany.filters.model']),
	);
});

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
	it.each(TARGETS)(
		"as '$name' of $operation changes no address and no header",
		async ({ parametersWith, operation }) => {
			const time = useVirtualTime();
			const taskId = harness.simulator.addTask({
				status: operation === 'cancel' ? 'PENDING' : 'SUCCEEDED',
			});
			const begin = harness.simulator.requests.length;
			const result = await time.run(harness.run([{ json: { taskId } }], parametersWith(text)));

			for (const request of harness.simulator.requests.slice(begin)) {
				expect(
					[TASKS, CREATE, STORE].some((path) => path.test(request.path)),
					request.path,
				).toBe(true);
				expect(request.headers).not.toHaveProperty('x-injected');
				expect(['', text]).toContain(request.query['model_name'] ?? '');
			}
			if (result.error !== undefined) {
				expect(errorText(result).length).toBeLessThan(LONGEST_MESSAGE);
			}
		},
	);
});

async function runWith(
	credential: ICredentialDataDecryptedObject,
	parameters: INodeParameters,
): Promise<EngineResult> {
	const engine = await startEngine({ credentials: { dashScopeApi: credential } });
	return await engine.run(workflow([itemsNode([{}]), wanNode(parameters)])).result;
}

describe('in the credential', () => {
	const { apiKey, ...others } = credentialFor(harness.simulator);
	const query = { operation: 'getStatus', taskId: 'abc' };

	it('a key with line breaks adds no header and is not shown', async () => {
		const hostile = `${apiKey}\r\nX-Injected: yes`;
		const result = await useVirtualTime().run(runWith({ ...others, apiKey: hostile }, query));

		for (const { headers } of harness.simulator.requests) {
			expect(headers).not.toHaveProperty('x-injected');
		}
		expect(errorText(result)).toContain('does not accept the API key');
		expect(errorText(result)).not.toContain(apiKey);
	});

	it.each(Object.entries(TEXTS))('a workspace ID of %s names no other host', async (_, text) => {
		const credential = { apiKey, region: 'eu-central-1', workspaceId: `evil.test/${text}` };
		const result = await useVirtualTime().run(runWith(credential, query));

		expect(errorText(result)).toContain("'Workspace ID' in the DashScope credential");
	});
});

describe('an answer without end', () => {
	const CHUNK = Buffer.alloc(64 * 1024, ' ');
	/** What the node reads, and what lies in buffers on the way. */
	const MOST_BYTES = 16 * 1024 * 1024;

	/** A host that goes on answering as long as somebody listens. */
	async function withEndlessHost(run: (url: string) => Promise<EngineResult>, status = 200) {
		let sentBytes = 0;
		let requests = 0;
		await using host = await startLocalServer((request, response) => {
			requests++;
			request.resume();
			response.writeHead(status, { 'content-type': 'application/json' });
			const send = () => {
				while (!response.destroyed && response.write(CHUNK)) sentBytes += CHUNK.length;
			};
			response.on('drain', send);
			send();
		});
		const result = await run(host.url);
		return { result, requests, sentBytes };
	}

	/** A call that only reads is repeated a few times, as after any answer that is not the service's own. */
	const MOST_READS = 4;

	it.each([
		['query', { operation: 'getStatus', taskId: 'abc' }, MOST_READS],
		['create', CREATING, 1],
		['cancel', { operation: 'cancel', taskId: 'abc' }, 1],
		['list', { operation: 'getMany' }, MOST_READS],
	])('to a %s is left, and only a call that reads is repeated', async (_, parameters, most) => {
		const time = useVirtualTime();
		const { result, requests, sentBytes } = await withEndlessHost(
			async (url) => await time.run(runWith(credentialFor({ url, key: 'sk-any' }), parameters)),
		);

		expect(errorText(result)).toContain('The host does not answer the way DashScope does');
		expect(errorText(result).length).toBeLessThan(LONGEST_MESSAGE);
		expect(requests).toBeLessThanOrEqual(most);
		expect(sentBytes).toBeLessThan(requests * MOST_BYTES);
	});

	it('in place of a video that is refused is left', async () => {
		const time = useVirtualTime();
		const { result, requests, sentBytes } = await withEndlessHost(async (url) => {
			const taskId = harness.simulator.addTask({
				status: 'SUCCEEDED',
				output: { video_url: `${url}/a.mp4` },
			});
			return await time.run(harness.run([{ json: { taskId } }], { operation: 'wait' }));
		}, 403);

		expect(errorText(result)).toContain('The store does not give the video that the link leads to');
		// It is tried again for a minute, since a store may not know a new file at once.
		expect(requests).toBeGreaterThan(1);
		expect(sentBytes).toBeLessThan(requests * MOST_BYTES);
	});
});

describe('a list that claims pages without end', () => {
	const pages = 1_000_000_000;
	const entry = (id: number) => ({ task_id: `task-${id}`, status: 'SUCCEEDED' });

	/** Gets all tasks from a host that answers each page like this; `requests` counts its calls. */
	async function listFrom(dataOf: (pageNo: number) => object[]) {
		let requests = 0;
		await using host = await startLocalServer((request, response) => {
			requests++;
			const { searchParams } = new URL(request.url ?? '', 'http://host');
			response.setHeader('content-type', 'application/json');
			const data = dataOf(Number(searchParams.get('page_no')));
			response.end(JSON.stringify({ total_page: pages, data }));
		});
		const result = await runWith(credentialFor({ url: host.url, key: 'sk-any' }), {
			operation: 'getMany',
			returnAll: true,
		});
		expect(result.error).toBeUndefined();
		return { ids: result.items('Wan').map(({ json }) => json['taskId']), requests };
	}

	it('ends with a page that has no tasks', async () => {
		expect(await listFrom(() => [])).toEqual({ ids: [], requests: 1 });
	});

	it('ends with a page that repeats what came before, and gives each task once', async () => {
		const { ids, requests } = await listFrom((pageNo) => [entry(Math.min(pageNo, 3)), entry(0)]);

		expect(ids).toEqual(['task-1', 'task-0', 'task-2', 'task-3']);
		expect(requests).toBe(4);
	});

	it('ends with Stop', async () => {
		let requests = 0;
		await using host = await startLocalServer((_, response) => {
			requests++;
			if (requests === 3) run.stop();
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ total_page: pages, data: [entry(requests)] }));
		});
		const engine = await startEngine({
			credentials: { dashScopeApi: credentialFor({ url: host.url, key: 'sk-any' }) },
		});
		const getMany = wanNode({ operation: 'getMany', returnAll: true });
		const run = engine.run(workflow([itemsNode([{}]), getMany]));
		const result = await run.result;

		expect(result.run.status).toBe('canceled');
		expect(errorText(result)).toContain('was canceled');
		expect(requests).toBeLessThanOrEqual(4);
	});
});

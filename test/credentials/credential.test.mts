import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { DashScopeApi } from '../../credentials/DashScopeApi.credentials.ts';
import { resolveBaseUrl, REGIONS } from '../../nodes/WanKeyframeVideo/dashscope/hosts.ts';
import { credentialTestSays } from '../engine/n8nVersions.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { n8nWorkflow } from '../engine/n8n.mts';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const good = credentialFor(harness.simulator);
const test = async (data: Record<string, string>) =>
	await harness.engine.testCredential('dashScopeApi', data);

describe('the test of the credential', () => {
	it('accepts a good key, and creates nothing', async () => {
		expect(await test(good)).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(harness.simulator.requests.map(({ kind }) => kind)).toEqual(['query']);
	});

	it.each(['/', '/api/v1', '/api/v1/'])('takes a base URL that ends with %s', async (end) => {
		const { status } = await test({ ...good, baseUrl: harness.simulator.url + end });
		expect(status).toBe('OK');
	});

	it.each([' sk-key ', 'Bearer sk-key', '\tbearer  sk-key\n'])(
		'accepts a key as it was copied: %j',
		async (copied) => {
			const apiKey = copied.replace('sk-key', good.apiKey);
			expect(await test({ ...good, apiKey })).toMatchObject({ status: 'OK' });
		},
	);

	it('says that a key may belong to another region', async () => {
		const { status, message } = await test({ ...good, apiKey: 'sk-of-singapore' });

		expect(status).toBe('Error');
		expect(message).toContain(credentialTestSays(401, "'Region' is where the key was made"));
	});

	it('says otherwise of a host that is not there', async () => {
		const { status, message } = await test({ ...good, baseUrl: 'http://127.0.0.1:9' });

		expect(status).toBe('Error');
		expect(message).toContain(credentialTestSays('ECONNREFUSED', 'ECONNREFUSED'));
		expect(message).not.toContain('key');
	});

	it('says that a host is not DashScope', async () => {
		await using server = await startLocalServer((_, response) => {
			response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
		});
		const { message } = await test({ ...good, baseUrl: server.url });

		expect(message).toContain(credentialTestSays(404, 'not as DashScope does'));
	});
});

describe('the host', () => {
	/** The expression of the test, evaluated as n8n does, beside the function that the node uses. */
	const expressionHost = (credential: Record<string, string>): string => {
		const expression = String(new DashScopeApi().test.request.baseURL).replace(/^={{|}}$/g, '');
		return String(new Function('$credentials', `return ${expression}`)(credential));
	};

	const workspaces = ['', 'llm-abc123', ' ws-9 '];
	const cases = REGIONS.flatMap(({ id }) =>
		workspaces.map((workspaceId) => ({ region: id, workspaceId })),
	);
	it.each(cases)('is the same for the test and for the node: %j', (credential) => {
		const host = resolveBaseUrl(credential);
		if (host.kind === 'known') expect(expressionHost(credential)).toBe(host.apiBaseUrl);
		else expect(host.field).toBe('Workspace ID');
	});

	it('is what comes before the path where the address of a call was pasted', () => {
		const call = '/api/v1/services/aigc/video-generation/video-synthesis';
		const credential = { region: 'custom', baseUrl: `https://a.example/x${call}` };
		const apiBaseUrl = 'https://a.example/x/api/v1';
		expect(resolveBaseUrl(credential)).toEqual({ kind: 'known', apiBaseUrl });
		expect(expressionHost(credential)).toBe(apiBaseUrl);
	});

	it.each([
		'https://a.example',
		'https://a.example/',
		'https://a.example/x/api/v1/',
		'https://a.example/api/v1/tasks/',
		'https://a.example/api/v1/dashscope',
	])('is the same for a base URL of one’s own: %s', (baseUrl) => {
		const credential = { region: 'custom', baseUrl };
		expect(resolveBaseUrl(credential)).toEqual({
			kind: 'known',
			apiBaseUrl: expressionHost(credential),
		});
	});

	it.each([
		['cn-beijing', '', 'https://dashscope.aliyuncs.com/api/v1'],
		['ap-southeast-1', '', 'https://dashscope-intl.aliyuncs.com/api/v1'],
		['us-east-1', '', 'https://dashscope-us.aliyuncs.com/api/v1'],
		['cn-hongkong', '', 'https://cn-hongkong.dashscope.aliyuncs.com/api/v1'],
		['eu-central-1', 'llm-1', 'https://llm-1.eu-central-1.maas.aliyuncs.com/api/v1'],
		['ap-northeast-1', 'llm-1', 'https://llm-1.ap-northeast-1.maas.aliyuncs.com/api/v1'],
		['cn-beijing', 'llm-1', 'https://llm-1.cn-beijing.maas.aliyuncs.com/api/v1'],
	])('of %s with workspace "%s" is as documented', (region, workspaceId, apiBaseUrl) => {
		expect(resolveBaseUrl({ region, workspaceId })).toEqual({ kind: 'known', apiBaseUrl });
	});

	it.each([
		[{ region: 'custom', baseUrl: '' }, 'Base URL'],
		[{ region: 'custom', baseUrl: 'gateway.example' }, 'Base URL'],
		[{ region: 'custom', baseUrl: 'https://a.example/?key=1' }, 'Base URL'],
		[{ region: 'custom', baseUrl: 'https://a.example/#x' }, 'Base URL'],
		[{ region: 'custom', baseUrl: 'https://user:pass@a.example' }, 'Base URL'],
		[{ region: 'custom', baseUrl: 'https://a.example:99999' }, 'Base URL'],
		[{ region: 'cn-beijing', apiKey: 'sk-sp-1' }, 'API Key'],
		[{ region: 'eu-central-1' }, 'Workspace ID'],
		[{ region: 'cn-beijing', workspaceId: 'x.evil.example/' }, 'Workspace ID'],
		[{ region: 'mars' }, 'Region'],
	])('that cannot be told names the field: %j', (credential, field) => {
		expect(resolveBaseUrl(credential)).toMatchObject({ kind: 'incomplete', field });
	});

	it('reaches the user as a field of the credential to correct', async () => {
		const { startEngine } = await import('../engine/engine.mts');
		const { itemsNode, wanNode, workflow } = await import('../engine/workflowBuilder.mts');
		const engine = await startEngine({
			credentials: { dashScopeApi: { apiKey: 'sk', region: 'eu-central-1' } },
		});
		const wan = wanNode({ operation: 'getStatus', taskId: 'abc' });
		const result = await engine.run(workflow([itemsNode([{}]), wan])).result;

		expect(errorText(result)).toContain(
			"'Workspace ID' in the DashScope credential is needed: Germany (Frankfurt) has workspace hosts only",
		);
	});
});

it('the fields of the credential switch by region', () => {
	const { properties } = new DashScopeApi();
	const shown = (region: string) =>
		properties
			.filter((property) =>
				n8nWorkflow.NodeHelpers.displayParameter({ region }, property, null, null),
			)
			.map(({ name, required }) => (required ? `${name}!` : name));

	expect(shown('cn-beijing')).toEqual(['apiKey!', 'region', 'workspaceId']);
	expect(shown('eu-central-1')).toEqual(['apiKey!', 'region', 'workspaceId!']);
	expect(shown('custom')).toEqual(['apiKey!', 'region', 'baseUrl!']);
});

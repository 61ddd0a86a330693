/** What n8n knows of the package once it is installed as a user would install it. */
import type { INodeTypeBaseDescription } from 'n8n-workflow';
import { expect, it } from 'vitest';
import { CREDENTIAL_TYPE, credentialFor } from '../credential.mts';
import { NODE_TYPE, PACKAGE_NAME } from './setup/paths.mts';
import { startHarness } from './setup/harness.mts';

const harness = await startHarness();
const { client, simulator } = harness;

interface ListedType extends INodeTypeBaseDescription {
	displayName: string;
}

async function listed(file: 'nodes' | 'credentials', name: string): Promise<ListedType> {
	const types = await client.read<ListedType[]>(`/types/${file}.json`);
	const found = types.find((type) => type.name === name);
	if (found === undefined) throw new Error(`'${name}' is not among n8n's ${file}`);
	return found;
}

it.each([
	['node', 'nodes', NODE_TYPE, 'Wan Keyframe Video'],
	['credential', 'credentials', CREDENTIAL_TYPE, 'DashScope API'],
] as const)('lists the %s with icons for both themes', async (_, file, name, displayName) => {
	const type = await listed(file, name);
	expect(type.displayName).toBe(displayName);
	if (typeof type.iconUrl !== 'object') throw new Error('The icon is not there for two themes');
	for (const icon of [type.iconUrl.light, type.iconUrl.dark]) {
		const response = await client.open(`/${icon}`);
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toContain('image/svg+xml');
	}
});

it('offers the node as a tool of an AI agent', async () => {
	const tool = await listed('nodes', `${NODE_TYPE}Tool`);
	expect(tool).toMatchObject({ displayName: 'Wan Keyframe Video Tool', outputs: ['ai_tool'] });
});

it('says nothing of the package but that it is there', async () => {
	const lines = (await harness.n8n.log()).split('\n');
	expect(lines.filter((line) => line.includes(PACKAGE_NAME))).toEqual([]);
});

it('accepts a good key', async () => {
	const data = credentialFor(simulator);
	const verdict = await client.testCredential(harness.credential, CREDENTIAL_TYPE, data);
	expect(verdict).toEqual({ status: 'OK', message: 'Connection successful!' });
});

it('turns down a bad key and says that the region may be the wrong one', async () => {
	const data = { ...credentialFor(simulator), apiKey: 'sk-of-another-region' };
	const credential = await client.createCredential('Bad key', CREDENTIAL_TYPE, data);
	const verdict = await client.testCredential(credential, CREDENTIAL_TYPE, data);
	expect(verdict.status).toBe('Error');
	expect(verdict.message).toContain("'Region' is where the key was made");
	expect(verdict.message).not.toContain(data.apiKey);
});

it('says that an address is not one of DashScope', async () => {
	const data = { ...credentialFor(simulator), baseUrl: `${simulator.url}/elsewhere` };
	const verdict = await client.testCredential(harness.credential, CREDENTIAL_TYPE, data);
	expect(verdict.status).toBe('Error');
	expect(verdict.message).toContain("Check 'Region', 'Workspace ID' and 'Base URL'");
});

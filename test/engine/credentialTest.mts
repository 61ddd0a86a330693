/** What n8n does when a user saves a credential: its declarative test request and the rules. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	INode,
	INodeCredentialTestResult,
	INodeType,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { n8nCore, n8nWorkflow } from './n8n.mts';

export const TEST_NODE_TYPE = 'n8n-nodes-base.credentialTest';

/** A node that sends the credential's test request and nothing else. */
export function credentialTestNode(
	credentialType: string,
	test: ICredentialTestRequest,
): INodeType {
	return {
		description: {
			displayName: 'Credential test',
			name: 'credentialTest',
			group: ['input'],
			version: 1,
			description: '',
			defaults: { name: 'Credential test' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: credentialType, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					routing: { request: test.request },
					default: '',
				},
			],
		},
	};
}

/** Sends the test request with `data` and judges the answer by the rules, as n8n does. */
export async function runCredentialTest(
	credentialType: string,
	data: ICredentialDataDecryptedObject,
	test: ICredentialTestRequest,
	nodeTypes: INodeTypes,
	additionalData: IWorkflowExecuteAdditionalData,
): Promise<INodeCredentialTestResult> {
	const credential = { id: 'test', name: 'Credential' };
	const node: INode = {
		id: 'test',
		name: 'Credential test',
		type: TEST_NODE_TYPE,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [credentialType]: credential },
	};
	const workflow = new n8nWorkflow.Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes,
	});
	const input = { main: [[{ json: {} }]] };
	const context = new n8nCore.ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		n8nWorkflow.createRunExecutionData(),
		0,
		[],
		input,
		{ node, data: input, source: null },
		[],
	);
	const routingNode = new n8nCore.RoutingNode(
		context,
		nodeTypes.getByNameAndVersion(TEST_NODE_TYPE, 1),
		{ ...credential, type: credentialType, data },
	);
	try {
		const output = await routingNode.runNode();
		return judgeAnswer(output?.[0]?.[0]?.json, test);
	} catch (error) {
		return { status: 'Error', message: messageOf(error, test) };
	}
}

function judgeAnswer(answer: unknown, { rules = [] }: ICredentialTestRequest) {
	for (const rule of rules) {
		if (rule.type !== 'responseSuccessBody' || !('key' in rule.properties)) continue;
		const { key, value, message } = rule.properties;
		if (at(answer, key.split('.')) === value) return { status: 'Error' as const, message };
	}
	return { status: 'OK' as const, message: 'Connection successful!' };
}

function messageOf(error: unknown, { rules = [] }: ICredentialTestRequest): string {
	const status = at(error, ['cause', 'response', 'status']);
	if (typeof status === 'number') {
		for (const rule of rules) {
			if (rule.type === 'responseCode' && rule.properties.value === status) {
				return rule.properties.message;
			}
		}
		const statusText = at(error, ['cause', 'response', 'statusText']);
		return String(statusText || `Received HTTP status code: ${status}`);
	}
	const code = at(error, ['cause', 'code']);
	if (code) return String(code);
	return error instanceof Error ? error.message : String(error);
}

function at(value: unknown, path: string[]): unknown {
	return path.reduce<unknown>(
		(current, key) =>
			typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined,
		value,
	);
}

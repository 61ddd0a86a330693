/** What the editor does at n8n's REST API, done by a signed-in owner. */
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	IRunExecutionData,
} from 'n8n-workflow';
import type { WorkflowJson } from '../../engine/workflowBuilder.mts';
import { eventually } from './eventually.mts';

export const OWNER = {
	email: 'owner@example.com',
	password: 'Keyframes1',
	firstName: 'Wan',
	lastName: 'Keyframe',
};

const ENDED: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];
const LONGEST_EXECUTION_MS = 240_000;

export interface StoredCredential {
	id: string;
	name: string;
}

export interface CredentialVerdict {
	status: 'OK' | 'Error';
	message: string;
}

export interface StoredWorkflow {
	id: string;
	versionId: string;
}

/** An execution as n8n stored it. */
export interface StoredExecution {
	status: ExecutionStatus;
	data: IRunExecutionData;
}

interface Answer<T> {
	data: T;
}

export class N8nClient {
	private constructor(
		private readonly url: string,
		private readonly cookie: string,
	) {}

	/** Makes the owner's account of a fresh n8n. */
	static async setUpOwner(url: string): Promise<N8nClient> {
		const response = await fetch(`${url}/rest/owner/setup`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(OWNER),
		});
		if (!response.ok) throw new Error(`No owner: ${response.status} ${await response.text()}`);
		const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		return new N8nClient(url, cookies.join('; '));
	}

	/** The answer to a GET of any path. */
	async open(path: string): Promise<Response> {
		return await fetch(`${this.url}${path}`, { headers: { cookie: this.cookie } });
	}

	/** The file at a path, parsed. */
	async read<T>(path: string): Promise<T> {
		return await parsed<T>(await this.open(path));
	}

	async createCredential(
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<StoredCredential> {
		return await this.post('/credentials', { name, type, data });
	}

	/** The answer to the editor's test of a credential that is stored. */
	async testCredential(
		{ id, name }: StoredCredential,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<CredentialVerdict> {
		return await this.post('/credentials/test', { credentials: { id, name, type, data } });
	}

	async createWorkflow(name: string, workflow: WorkflowJson): Promise<StoredWorkflow> {
		return await this.post('/workflows', { ...workflow, name });
	}

	/** Makes its webhooks answer. */
	async activate({ id, versionId }: StoredWorkflow): Promise<void> {
		await this.post(`/workflows/${id}/activate`, { versionId });
	}

	/** Ends its triggers. */
	async deactivate({ id }: Pick<StoredWorkflow, 'id'>): Promise<void> {
		await this.post(`/workflows/${id}/deactivate`, {});
	}

	/** What the button "Execute workflow" does; gives the execution's id. */
	async execute(workflow: Pick<StoredWorkflow, 'id'>, trigger: string): Promise<string> {
		return await this.run(workflow, { name: trigger });
	}

	/** What sending a message in the editor's chat does; gives the execution's id. */
	async chat(
		workflow: Pick<StoredWorkflow, 'id'>,
		trigger: string,
		message: { sessionId: string; chatInput: string },
	): Promise<string> {
		const main = [[{ json: { ...message, action: 'sendMessage' } }]];
		const times = { startTime: Date.now(), executionTime: 0, executionIndex: 0 };
		const data = { ...times, executionStatus: 'success', source: [null], data: { main } };
		return await this.run(workflow, { name: trigger, data });
	}

	private async run({ id }: Pick<StoredWorkflow, 'id'>, triggerToStartFrom: object) {
		const body = { triggerToStartFrom };
		const { executionId } = await this.post<{ executionId: string }>(`/workflows/${id}/run`, body);
		return executionId;
	}

	async stop(executionId: string): Promise<void> {
		await this.post(`/executions/${executionId}/stop`, {});
	}

	/** What "Retry" does in the list of executions; gives the new execution's ID once it has ended. */
	async retry(executionId: string): Promise<string> {
		const { id } = await this.post<{ id: string }>(`/executions/${executionId}/retry`, {
			loadWorkflow: false,
		});
		return id;
	}

	async status(executionId: string): Promise<ExecutionStatus> {
		const { data } = await this.read<Answer<{ status: ExecutionStatus }>>(
			`/rest/executions/${executionId}`,
		);
		return data.status;
	}

	/** The execution once nothing more happens in it. */
	async ended(executionId: string): Promise<StoredExecution> {
		await eventually(
			`the end of execution ${executionId}`,
			async () => (ENDED.includes(await this.status(executionId)) ? true : undefined),
			LONGEST_EXECUTION_MS,
		);
		const { data } = await this.read<Answer<{ status: ExecutionStatus; data: string }>>(
			`/rest/executions/${executionId}`,
		);
		return { status: data.status, data: parse(data.data) };
	}

	/** The IDs of a workflow's executions, the latest first. */
	async executions({ id }: Pick<StoredWorkflow, 'id'>): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const { data } = await this.read<Answer<{ results: { id: string }[] }>>(
			`/rest/executions?filter=${filter}`,
		);
		return data.results.map((execution) => execution.id);
	}

	/** The latest execution of a workflow. */
	async latestExecution(workflow: Pick<StoredWorkflow, 'id'>): Promise<string> {
		return await eventually(
			`an execution of workflow ${workflow.id}`,
			async () => (await this.executions(workflow))[0],
		);
	}

	/** The bytes of an item's binary field. */
	async download(item: INodeExecutionData, field = 'data'): Promise<Buffer> {
		const id = item.binary?.[field]?.id;
		if (id === undefined) throw new Error(`The item has no stored file in '${field}'`);
		const query = new URLSearchParams({ id, action: 'download' });
		const response = await this.open(`/rest/binary-data?${query}`);
		if (!response.ok) throw new Error(`No file: ${response.status} ${await response.text()}`);
		return Buffer.from(await response.arrayBuffer());
	}

	private async post<T>(path: string, body: object): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			body: JSON.stringify(body),
		});
		const { data } = await parsed<Answer<T>>(response);
		return data;
	}
}

/** The items that a node put out in its last run; `output` counts its outputs from 0. */
export function itemsOf(
	{ data }: StoredExecution,
	nodeName: string,
	output = 0,
): INodeExecutionData[] {
	return data.resultData.runData[nodeName]?.at(-1)?.data?.['main']?.[output] ?? [];
}

/** How many times a node ran. */
export function roundsOf({ data }: StoredExecution, nodeName: string): number {
	return data.resultData.runData[nodeName]?.length ?? 0;
}

async function parsed<T>(response: Response): Promise<T> {
	const text = await response.text();
	if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
	return JSON.parse(text);
}

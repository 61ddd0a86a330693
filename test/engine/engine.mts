/** Runs workflows in the real n8n-core: real loading, real execution, real HTTP. */
import { randomUUID } from 'node:crypto';
import type {
	ExecutionError,
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeCredentialTestResult,
	INodeExecutionData,
	IRun,
	ITaskData,
	IWorkflowExecuteAdditionalData,
	NodeExecutionHint,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { credentialTestNode, runCredentialTest, TEST_NODE_TYPE } from './credentialTest.mts';
import { type CredentialStore, StoredCredentialsHelper } from './credentialsHelper.mts';
import { Container, n8nCore, n8nWorkflow } from './n8n.mts';
import { credentialTypeOf, loadPackage, nodeTypesOf } from './nodeTypes.mts';
import { packageUnderTest } from './underTest.mts';
import type { WorkflowJson } from './workflowBuilder.mts';

export type BinaryMode = 'default' | 'filesystem';

export interface EngineOptions {
	/** A folder with a package.json that lists compiled nodes; the package under test if left out. */
	packageDir?: string;
	/** Where n8n keeps binary data: in the item (`default`) or in files. */
	binaryMode?: BinaryMode;
	credentials?: CredentialStore;
}

export interface RunOptions {
	/** Name of the node to start from; the one without input if left out. */
	startNode?: string;
	mode?: WorkflowExecuteMode;
	/** As the workflow setting "Timeout Workflow": stops the run after this time. */
	executionTimeoutMs?: number;
	/** A failed run to be retried, as n8n's own Retry does: another execution, in the data of this one. */
	retryOf?: EngineResult;
	onNodeStart?: (nodeName: string) => void;
	onNodeEnd?: (nodeName: string, task: ITaskData) => void;
}

export interface EngineResult {
	run: IRun;
	/** What made the run fail, or how it was stopped. */
	error: ExecutionError | undefined;
	/** The items that a node put out in its last round, on one of its outputs. */
	items(nodeName: string, branch?: number): INodeExecutionData[];
	/** Every round of a node, in order. */
	rounds(nodeName: string): ITaskData[];
	/** The hints of all nodes. */
	hints: NodeExecutionHint[];
	/** The execution's custom data. */
	customData: Record<string, string>;
	binaryBytes(binaryData: IBinaryData | undefined): Promise<Buffer>;
}

export interface EngineRun {
	/** What the Stop button does. */
	stop(): void;
	/** Settles when the run has ended, also after an error or a stop; rejects only for a broken workflow. */
	result: Promise<EngineResult>;
}

/** A trigger as n8n polls it between an activation and the next. */
export interface ActiveTrigger {
	/** What its schedule does; gives the items that start the workflow, none for null. */
	poll(): Promise<INodeExecutionData[]>;
	/** What n8n keeps for it, in memory and, as a whole, in its database. */
	readonly staticData: IDataObject;
}

export interface ActivationOptions {
	/** What n8n stored for the workflow. */
	staticData?: IDataObject;
	/** How long a poll may take, as n8n 2 tells it. */
	pollBudgetMs?: number;
}

export interface Engine {
	/** Activates the workflow's trigger of that name. */
	activate(workflow: WorkflowJson, trigger: string, options?: ActivationOptions): ActiveTrigger;
	run(workflow: WorkflowJson, options?: RunOptions): EngineRun;
	/** The test n8n runs when a user saves this credential. */
	testCredential(
		credentialType: string,
		data: ICredentialDataDecryptedObject,
	): Promise<INodeCredentialTestResult>;
}

/**
 * Loads the package once for many runs. n8n keeps the binary mode for the whole process, so runs of
 * engines with different modes must not overlap.
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
	const { packageDir = packageUnderTest, binaryMode = 'default', credentials = {} } = options;
	const loader = await loadPackage(packageDir);
	const typeOf = (name: string) => credentialTypeOf(loader, name);
	const credentialsHelper = new StoredCredentialsHelper(typeOf, credentials);
	const nodeTypes = nodeTypesOf(loader);

	async function start(
		workflow: Workflow,
		json: WorkflowJson,
		{ startNode, mode = 'manual', executionTimeoutMs, retryOf, onNodeStart, onNodeEnd }: RunOptions,
		signal: AbortSignal,
	): Promise<IRun> {
		await useBinaryMode(binaryMode);
		const additionalData = additionalDataFor(credentialsHelper, json, mode);
		additionalData.hooks?.addHandler('nodeExecuteBefore', (name) => onNodeStart?.(name));
		additionalData.hooks?.addHandler('nodeExecuteAfter', (name, task) => onNodeEnd?.(name, task));
		if (executionTimeoutMs !== undefined) {
			additionalData.executionTimeoutTimestamp = Date.now() + executionTimeoutMs;
		}
		const first = workflow.getNode(startNode ?? nameOfFirstNode(json));
		if (!first) throw new Error(`The workflow has no node named '${startNode}'`);

		// What `run()` of WorkflowExecute does; it takes other arguments in n8n 1 than in n8n 2.
		const input = { main: [[{ json: {} }]] };
		const runData =
			retryOf === undefined
				? n8nWorkflow.createRunExecutionData({
						executionData: { nodeExecutionStack: [{ node: first, data: input, source: null }] },
					})
				: dataForRetry(retryOf, workflow);
		const execute = new n8nCore.WorkflowExecute(additionalData, mode, runData);
		const execution = execute.processRunExecutionData(workflow);
		const cancel = () => execution.cancel();
		const timer =
			executionTimeoutMs === undefined ? undefined : setTimeout(cancel, executionTimeoutMs);
		if (signal.aborted) cancel();
		signal.addEventListener('abort', cancel);
		try {
			return await execution;
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', cancel);
		}
	}

	const workflowOf = (json: WorkflowJson, staticData: IDataObject = {}) =>
		new n8nWorkflow.Workflow({
			id: json.id ?? 'workflow',
			name: json.name ?? 'Workflow',
			// The engine keeps state in the nodes it runs, and a workflow may be run again.
			nodes: structuredClone(json.nodes),
			connections: structuredClone(json.connections),
			active: false,
			nodeTypes,
			staticData: structuredClone(staticData),
			settings: json.settings ?? {},
			...(json.pinData && { pinData: json.pinData }),
		});

	return {
		activate(json, trigger, { staticData, pollBudgetMs } = {}) {
			const workflow = workflowOf(json, staticData);
			const node = workflow.getNode(trigger);
			if (!node) throw new Error(`The workflow has no node named '${trigger}'`);
			const { poll } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			if (!poll) throw new Error(`'${trigger}' is no trigger that is polled`);
			const additionalData = additionalDataFor(credentialsHelper, json, 'trigger');
			// One context for all polls since the activation, as in n8n.
			const context = new n8nCore.PollContext(
				workflow,
				node,
				additionalData,
				'trigger',
				'activate',
			);
			if (pollBudgetMs !== undefined) {
				Object.defineProperty(context, 'getPollBudgetMs', { value: () => pollBudgetMs });
			}
			return {
				async poll() {
					await useBinaryMode(binaryMode);
					// The types of n8n-core and n8n-workflow do not agree on what a workflow is.
					const output: INodeExecutionData[][] | null = await Reflect.apply(poll, context, []);
					return output?.[0] ?? [];
				},
				get staticData() {
					return n8nWorkflow.jsonParse<IDataObject>(JSON.stringify(workflow.staticData));
				},
			};
		},

		run(json, runOptions = {}) {
			const stopButton = new AbortController();
			const workflow = workflowOf(json);
			return {
				stop: () => stopButton.abort(),
				result: start(workflow, json, runOptions, stopButton.signal).then(resultOf),
			};
		},

		async testCredential(credentialType, data) {
			const { test } = typeOf(credentialType);
			if (!test) throw new Error(`The credential type '${credentialType}' has no test`);
			const testTypes = nodeTypesOf(loader, {
				[TEST_NODE_TYPE]: credentialTestNode(credentialType, test),
			});
			const json = { nodes: [], connections: {} };
			return await runCredentialTest(
				credentialType,
				credentialsHelper.withDefaults(credentialType, data),
				test,
				testTypes,
				additionalDataFor(credentialsHelper, json, 'internal'),
			);
		},
	};
}

/** What n8n makes of a failed execution before it retries it: without the error and the failed round, and with the nodes of the workflow as it is now. */
function dataForRetry({ run }: EngineResult, workflow: Workflow): IRun['data'] {
	const data = structuredClone(run.data);
	const { lastNodeExecuted = '', runData } = data.resultData;
	delete data.resultData.error;
	runData[lastNodeExecuted]?.pop();
	for (const entry of data.executionData?.nodeExecutionStack ?? []) {
		entry.node = workflow.getNode(entry.node.name) ?? entry.node;
	}
	return data;
}

/** What n8n's service was last set up for: that looks for its folder on the disk each time. */
let modeInUse: BinaryMode | undefined;

async function useBinaryMode(mode: BinaryMode): Promise<void> {
	if (mode === modeInUse) return;
	Container.get(n8nCore.BinaryDataConfig).mode = mode;
	await Container.get(n8nCore.BinaryDataService).init();
	modeInUse = mode;
}

function nameOfFirstNode({ nodes, connections }: WorkflowJson): string {
	const targets = Object.values(connections)
		.flatMap(({ main = [] }) => main)
		.flatMap((branch) => branch ?? [])
		.map(({ node }) => node);
	const first = nodes.find(
		({ name, type, disabled }) =>
			!targets.includes(name) && !disabled && type !== n8nWorkflow.STICKY_NODE_TYPE,
	);
	if (!first) throw new Error('The workflow has no node to start from');
	return first.name;
}

function additionalDataFor(
	credentialsHelper: StoredCredentialsHelper,
	json: WorkflowJson,
	mode: WorkflowExecuteMode,
): IWorkflowExecuteAdditionalData {
	const executionId = randomUUID();
	const now = new Date();
	const notHere = async () => {
		throw new Error('Sub-workflows and task runners are not part of this engine');
	};
	return {
		executionId,
		credentialsHelper,
		externalSecretsProxy: Container.get(n8nCore.ExternalSecretsProxy),
		hooks: new n8nCore.ExecutionLifecycleHooks(mode, executionId, {
			id: json.id ?? 'workflow',
			name: json.name ?? 'Workflow',
			active: false,
			isArchived: false,
			createdAt: now,
			updatedAt: now,
			nodes: json.nodes,
			connections: json.connections,
			activeVersionId: null,
		}),
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost/',
		formBaseUrl: 'http://localhost/form',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		formTestBaseUrl: 'http://localhost/form-test',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		webhookTestBaseUrl: 'http://localhost/webhook-test',
		mcpBaseUrl: 'http://localhost/mcp',
		mcpTestBaseUrl: 'http://localhost/mcp-test',
		executeWorkflow: notHere,
		startRunnerTask: notHere,
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
		logAiEvent: () => {},
	};
}

function resultOf(run: IRun): EngineResult {
	const { runData, error, metadata = {} } = run.data.resultData;
	const rounds = (nodeName: string) => runData[nodeName] ?? [];
	return {
		run,
		error,
		rounds,
		items: (nodeName, branch = 0) => rounds(nodeName).at(-1)?.data?.['main']?.[branch] ?? [],
		hints: Object.values(runData)
			.flat()
			.flatMap(({ hints }) => hints ?? []),
		customData: metadata,
		async binaryBytes(binaryData) {
			if (!binaryData) throw new Error('The item has no such binary field');
			return await Container.get(n8nCore.BinaryDataService).getAsBuffer(binaryData);
		},
	};
}

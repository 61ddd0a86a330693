/** Small builders for workflows, so that a test shows its behavior and not JSON. */
import { readFile } from 'node:fs/promises';
import type {
	IConnections,
	IDataObject,
	INode,
	INodeParameters,
	IWorkflowBase,
} from 'n8n-workflow';
import { n8nWorkflow } from './n8n.mts';

/** The part of an exported workflow that the engine needs. */
export type WorkflowJson = Pick<IWorkflowBase, 'nodes' | 'connections'> &
	Partial<Pick<IWorkflowBase, 'id' | 'name' | 'settings' | 'pinData'>>;

/** What the settings tab of a node offers, and its name and credentials. */
export type NodeSettings = Partial<
	Pick<
		INode,
		| 'name'
		| 'onError'
		| 'retryOnFail'
		| 'maxTries'
		| 'waitBetweenTries'
		| 'executeOnce'
		| 'alwaysOutputData'
		| 'disabled'
		| 'credentials'
		| 'typeVersion'
	>
>;

export interface SourceFile {
	bytes: Buffer;
	fileName?: string;
	mimeType?: string;
}

export interface SourceItem {
	json?: IDataObject;
	binary?: Record<string, SourceFile>;
}

/** An item that names a task, as Create gives it. */
export const taskItem = (taskId: string) => ({ json: { taskId } });

/** A node of any type; its name is the type's last part unless the settings give one. */
export function node(
	type: string,
	parameters: INodeParameters = {},
	settings: NodeSettings = {},
): INode {
	const name = settings.name ?? type.slice(type.lastIndexOf('.') + 1);
	return { id: name, position: [0, 0], typeVersion: 1, type, parameters, ...settings, name };
}

/** A source node named `Items` that puts out these items, with real binary data. */
export function itemsNode(items: SourceItem[], settings: NodeSettings = {}): INode {
	const serialised = items.map(({ json = {}, binary = {} }) => ({
		json,
		files: Object.entries(binary).map(([field, { bytes, fileName, mimeType }]) => ({
			field,
			base64: bytes.toString('base64'),
			fileName,
			mimeType,
		})),
	}));
	return node(
		'n8n-nodes-base.items',
		{ items: JSON.stringify(serialised) },
		{ name: 'Items', ...settings },
	);
}

/** The package's own node, named `Wan`, with its credential attached. */
export function wanNode(parameters: INodeParameters, settings: NodeSettings = {}): INode {
	return node('n8n-nodes-wan-keyframe-video.wanKeyframeVideo', parameters, {
		name: 'Wan',
		credentials: { dashScopeApi: { id: '1', name: 'DashScope' } },
		...settings,
	});
}

/** The package's trigger, named `Trigger`, with its credential attached. */
export function triggerNode(parameters: INodeParameters = {}, settings: NodeSettings = {}): INode {
	return node('n8n-nodes-wan-keyframe-video.wanKeyframeVideoTrigger', parameters, {
		name: 'Trigger',
		credentials: { dashScopeApi: { id: '1', name: 'DashScope' } },
		...settings,
	});
}

/** Parameters of a Create that takes the same picture for both frames. */
export function createFrom(frameUrl: string) {
	return {
		operation: 'create',
		firstFrameUrl: frameUrl,
		lastFrameUrl: frameUrl,
		prompt: 'a',
		resolution: '720P',
	};
}

/** Further ones that let it wait, and leave the video where it is. */
export const THEN_WAIT = { waitForCompletion: true, downloadVideo: false };

/** A workflow that runs the nodes one after another, each from the first output of the one before. */
export function workflow(nodes: INode[], settings: IWorkflowBase['settings'] = {}): WorkflowJson {
	const connections: IConnections = {};
	for (const [index, { name }] of nodes.slice(0, -1).entries()) {
		const next = nodes[index + 1];
		if (next) connections[name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	}
	return { nodes, connections, settings: { executionOrder: 'v1', ...settings } };
}

/** An exported workflow, e.g. one of `examples/`. */
export async function readWorkflow(file: string): Promise<WorkflowJson> {
	return n8nWorkflow.jsonParse<WorkflowJson>(await readFile(file, 'utf8'));
}

/**
 * Stand-ins for the few nodes of n8n-nodes-base that tests and examples use. Same type names, same
 * parameters, same output for what they support; n8n-nodes-base itself is too heavy to install.
 */
import { createReadStream } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	IPairedItemData,
} from 'n8n-workflow';
import { n8nWorkflow } from './n8n.mts';

type Execute = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

function describe(
	displayName: string,
	defaults: INodeParameters,
	overrides: Partial<INodeTypeDescription> = {},
): INodeTypeDescription {
	const properties = Object.entries(defaults).map(
		([name, value]): INodeProperties => ({
			displayName: name,
			name,
			type: typeof value === 'object' ? 'json' : 'string',
			default: value,
		}),
	);
	return {
		displayName,
		name: displayName,
		group: ['transform'],
		version: [1, 1.1, 2, 2.1, 2.2, 2.3, 3, 3.1, 3.2, 3.4],
		description: displayName,
		defaults: { name: displayName },
		inputs: ['main'],
		outputs: ['main'],
		properties,
		...overrides,
	};
}

function nodeType(description: INodeTypeDescription, execute: Execute): INodeType {
	return { description, execute };
}

interface SerialisedItem {
	json: IDataObject;
	files: Array<{ field: string; base64: string; fileName?: string; mimeType?: string }>;
}

interface Tool {
	name: string;
	invoke(toolArguments: IDataObject): Promise<unknown>;
}

function isTool(value: unknown): value is Tool {
	return typeof value === 'object' && value !== null && 'invoke' in value && 'name' in value;
}

/** An agent without a model: calls its one tool with the arguments that the test gives. */
async function callTool(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const tools: unknown = await this.getInputConnectionData('ai_tool', 0);
	const tool: unknown = Array.isArray(tools) ? tools[0] : tools;
	if (!isTool(tool)) throw new Error('The agent has no tool');
	const toolArguments = n8nWorkflow.jsonParse<IDataObject>(
		String(this.getNodeParameter('toolArguments', 0)),
	);
	const answer = await tool.invoke(toolArguments);
	return [[{ json: { tool: tool.name, answer: String(answer) }, pairedItem: { item: 0 } }]];
}

async function putOutItems(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const source = n8nWorkflow.jsonParse<SerialisedItem[]>(String(this.getNodeParameter('items', 0)));
	const items = source.map(async ({ json, files }, item): Promise<INodeExecutionData> => {
		const binary: IBinaryKeyData = {};
		for (const { field, base64, fileName, mimeType } of files) {
			const bytes = Buffer.from(base64, 'base64');
			binary[field] = await this.helpers.prepareBinaryData(bytes, fileName, mimeType);
		}
		return { json, pairedItem: { item }, ...(files.length > 0 && { binary }) };
	});
	return [await Promise.all(items)];
}

async function passOn(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return [this.getInputData()];
}

/** What the Edit Fields node gives in its mode JSON. */
async function setJson(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData().map((_, item) => {
		const json = n8nWorkflow.jsonParse<IDataObject>(textParameter(this, 'jsonOutput', item));
		return { json, pairedItem: { item } };
	});
	return [items];
}

/** An item for each object of a list, without the item's other fields. */
async function splitOut(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData().flatMap(({ json }, item) => {
		const list: unknown = json[textParameter(this, 'fieldToSplitOut', item)];
		const objects = n8nWorkflow.jsonParse<IDataObject[]>(JSON.stringify(list));
		return objects.map((object) => ({ json: object, pairedItem: { item } }));
	});
	return [items];
}

function textParameter(context: IExecuteFunctions, name: string, itemIndex: number): string {
	return String(context.getNodeParameter(name, itemIndex, ''));
}

async function readFileToItem(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const filePath = textParameter(context, 'fileSelector', itemIndex);
	const field = textParameter(context, 'options.dataPropertyName', itemIndex) || 'data';
	const readable = await access(filePath).then(
		() => true,
		() => false,
	);
	if (!readable) {
		throw new n8nWorkflow.NodeOperationError(context.getNode(), 'No file(s) found', {
			itemIndex,
			description: `No file matching the selector "${filePath}" found`,
		});
	}
	const file = await context.helpers.prepareBinaryData(
		createReadStream(filePath),
		basename(filePath),
	);
	const { mimeType, fileType, fileName, fileExtension, fileSize } = file;
	return {
		json: { mimeType, fileType, fileName, fileExtension, fileSize },
		binary: { [field]: file },
		pairedItem: { item: itemIndex },
	};
}

async function writeItemToFile(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const fileName = textParameter(context, 'fileName', itemIndex);
	const file = context.helpers.assertBinaryData(
		itemIndex,
		textParameter(context, 'dataPropertyName', itemIndex),
	);
	const content = file.id
		? await context.helpers.getBinaryStream(file.id)
		: Buffer.from(file.data, 'base64');
	await writeFile(fileName, content);
	return { ...item, json: { ...item.json, fileName }, pairedItem: { item: itemIndex } };
}

async function readOrWriteFiles(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const write = this.getNodeParameter('operation', 0, 'read') === 'write';
	const items: INodeExecutionData[] = [];
	for (const [index, item] of this.getInputData().entries()) {
		items.push(
			write ? await writeItemToFile(this, item, index) : await readFileToItem(this, index),
		);
	}
	return [items];
}

function pairedItems({ pairedItem }: INodeExecutionData, input: number): IPairedItemData[] {
	if (pairedItem === undefined) return [];
	const list = Array.isArray(pairedItem) ? pairedItem : [pairedItem];
	return list.map((pair) => (typeof pair === 'number' ? { item: pair, input } : pair));
}

async function mergeByPosition(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const how = [textParameter(this, 'mode', 0), textParameter(this, 'combineBy', 0)].join(' ');
	if (how !== 'combine combineByPosition') {
		throw new n8nWorkflow.NodeOperationError(
			this.getNode(),
			`This stand-in only combines by position, not '${how}'`,
		);
	}
	const numberInputs = Number(this.getNodeParameter('numberInputs', 0, 2));
	const inputs = Array.from({ length: numberInputs }, (_, index) => this.getInputData(index));
	const count = Math.min(...inputs.map((items) => items.length));
	const merged = Array.from({ length: count }, (_, position): INodeExecutionData => {
		const parts = inputs.flatMap((items) => items[position] ?? []);
		return {
			json: Object.assign({}, ...parts.map(({ json }) => json)),
			binary: Object.assign({}, ...parts.map(({ binary }) => binary ?? {})),
			pairedItem: parts.flatMap(pairedItems),
		};
	});
	return [merged];
}

interface Condition {
	leftValue: unknown;
	operator: { type: string; operation: string };
	rightValue: unknown;
}

function holds({ leftValue, operator, rightValue }: Condition): boolean {
	const operation = `${operator.type} ${operator.operation}`;
	if (operation === 'boolean true') return leftValue === true;
	if (operation === 'string equals') return leftValue === rightValue;
	if (
		operation === 'number lt' &&
		typeof leftValue === 'number' &&
		typeof rightValue === 'number'
	) {
		return leftValue < rightValue;
	}
	throw new Error(`This stand-in does not know the condition '${operation}'`);
}

async function decide(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const branches: [INodeExecutionData[], INodeExecutionData[]] = [[], []];
	for (const [index, item] of this.getInputData().entries()) {
		const conditions: unknown = this.getNodeParameter('conditions.conditions', index);
		const list = n8nWorkflow.jsonParse<Condition[]>(JSON.stringify(conditions));
		const pairedItem = { item: index };
		branches[list.every(holds) ? 0 : 1].push({ ...item, pairedItem });
	}
	return branches;
}

const UNIT_MS: Record<string, number> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };

/** n8n's Wait node parks waits of 65 s and more in its database; here all of them stay in memory. */
async function waitInMemory(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const unitMs = UNIT_MS[textParameter(this, 'unit', 0)] ?? Number.NaN;
	await n8nWorkflow.sleep(Number(this.getNodeParameter('amount', 0)) * unitMs);
	return [this.getInputData()];
}

const trigger = { inputs: [], group: ['trigger' as const] };

/** The stand-ins by the full name that a workflow uses. */
export const baseNodes: Record<string, INodeType> = {
	'n8n-nodes-base.items': nodeType(describe('items', { items: '[]' }, trigger), putOutItems),
	'n8n-nodes-base.manualTrigger': nodeType(describe('manualTrigger', {}, trigger), passOn),
	'n8n-nodes-base.noOp': nodeType(describe('noOp', {}), passOn),
	'n8n-nodes-base.stickyNote': nodeType(describe('stickyNote', {}, { inputs: [] }), passOn),
	'n8n-nodes-base.readWriteFile': nodeType(
		describe('readWriteFile', {
			operation: 'read',
			fileSelector: '',
			fileName: '',
			dataPropertyName: 'data',
			options: {},
		}),
		readOrWriteFiles,
	),
	'@n8n/n8n-nodes-langchain.agent': nodeType(
		describe('agent', { toolArguments: '{}' }, { inputs: ['main', 'ai_tool'] }),
		callTool,
	),
	'n8n-nodes-base.merge': nodeType(
		describe(
			'merge',
			{ mode: 'append', combineBy: 'combineByFields', numberInputs: 2 },
			{ inputs: ['main', 'main'], requiredInputs: 1 },
		),
		mergeByPosition,
	),
	'n8n-nodes-base.if': nodeType(
		describe('if', { conditions: {}, options: {} }, { outputs: ['main', 'main'] }),
		decide,
	),
	'n8n-nodes-base.set': nodeType(describe('set', { mode: 'raw', jsonOutput: '{}' }), setJson),
	'n8n-nodes-base.splitOut': nodeType(describe('splitOut', { fieldToSplitOut: '' }), splitOut),
	'n8n-nodes-base.wait': nodeType(describe('wait', { amount: 5, unit: 'seconds' }), waitInMemory),
};

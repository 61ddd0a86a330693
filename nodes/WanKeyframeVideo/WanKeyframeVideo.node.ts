import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { OPERATIONS } from './operations';

export class WanKeyframeVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Keyframe Video',
		name: 'wanKeyframeVideo',
		icon: { light: 'file:wanKeyframeVideo.svg', dark: 'file:wanKeyframeVideo.dark.svg' },
		group: ['transform'],
		version: [1],
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Turn a first and a last frame into a video with the Wan models on DashScope',
		defaults: { name: 'Wan Keyframe Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'dashScopeApi', required: true }],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: OPERATIONS.map(({ option }) => option),
				default: 'create',
			},
			...OPERATIONS.flatMap(({ fields }) => fields),
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const name = this.getNodeParameter('operation', 0);
		const operation = OPERATIONS.find(({ option }) => option.value === name);
		if (operation === undefined) {
			throw new NodeOperationError(this.getNode(), `'Operation' has no entry "${String(name)}"`);
		}
		return [await operation.execute(this)];
	}
}

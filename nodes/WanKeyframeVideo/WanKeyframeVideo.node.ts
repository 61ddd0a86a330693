import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { OPERATIONS, nodeProperties, runOperation, subtitleFor } from './operations';
import { NODE_OUTPUTS } from './parameters/taskFields';

export class WanKeyframeVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Keyframe Video',
		name: 'wanKeyframeVideo',
		icon: { light: 'file:wanKeyframeVideo.svg', dark: 'file:wanKeyframeVideo.dark.svg' },
		group: ['transform'],
		version: [1],
		subtitle: subtitleFor(OPERATIONS),
		description: 'Turn a first and a last frame into a video with the Wan models on DashScope',
		defaults: { name: 'Wan Keyframe Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: NODE_OUTPUTS,
		credentials: [{ name: 'dashScopeApi', required: true }],
		properties: nodeProperties(OPERATIONS),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(OPERATIONS, this);
	}
}

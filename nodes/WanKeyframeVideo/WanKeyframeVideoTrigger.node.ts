import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';

import { pollTrigger } from './execution/pollTrigger';
import { TRIGGER_FIELDS } from './parameters/triggerFields';

export class WanKeyframeVideoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Keyframe Video Trigger',
		name: 'wanKeyframeVideoTrigger',
		icon: { light: 'file:wanKeyframeVideo.svg', dark: 'file:wanKeyframeVideo.dark.svg' },
		group: ['trigger'],
		version: [1],
		subtitle:
			'={{ [$parameter["statuses"]].flat().map((status) => status[0] + status.slice(1).toLowerCase()).join(", ") }}',
		// n8n's node panel shows this one for both nodes (measured, 2.41.1).
		description:
			'Turn a first and a last frame into a video with the Wan models on DashScope, or start the workflow when a video is ready',
		defaults: { name: 'Wan Keyframe Video Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'dashScopeApi', required: true }],
		properties: TRIGGER_FIELDS,
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollTrigger(this);
	}
}

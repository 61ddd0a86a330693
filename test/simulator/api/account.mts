import type { ServedModel } from '../models/model.mts';

/** The account whose tasks a simulator keeps, as lists, limits and events name it. */
export const ACCOUNT = {
	uid: '1000000000000001',
	apiKeyId: '1000001',
	region: 'cn-beijing',
	workspaceId: 'llm-simulator',
} as const;

/** How lists and events name the API and the model of a task (`user_api_unique_key`). */
export function apiUniqueKey({ id, service }: ServedModel): string {
	return `apikey:v1:aigc:${service}:video-synthesis:${id}`;
}

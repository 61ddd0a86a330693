/**
 * One region of the service and the hosts that serve it (documented, section 2 of docs/service-facts.md).
 */
export interface Region {
	readonly id: string;
	readonly name: string;
	/** Absent where the region has workspace hosts only. */
	readonly sharedHost?: string;
}

export const CUSTOM_REGION = 'custom';

/** Stands for the workspace ID in `workspaceHost`. */
export const WORKSPACE_PLACEHOLDER = '{workspaceId}';

/** Everything the API serves lies below this path. */
export const API_ROOT = '/api/v1';

export const REGIONS: readonly Region[] = [
	{ id: 'cn-beijing', name: 'China (Beijing)', sharedHost: 'https://dashscope.aliyuncs.com' },
	{
		id: 'cn-hongkong',
		name: 'China (Hong Kong)',
		sharedHost: 'https://cn-hongkong.dashscope.aliyuncs.com',
	},
	{ id: 'eu-central-1', name: 'Germany (Frankfurt)' },
	{ id: 'ap-northeast-1', name: 'Japan (Tokyo)' },
	{ id: 'ap-southeast-1', name: 'Singapore', sharedHost: 'https://dashscope-intl.aliyuncs.com' },
	{ id: 'us-east-1', name: 'US (Virginia)', sharedHost: 'https://dashscope-us.aliyuncs.com' },
];

/**
 * The host of one workspace in a region, with a placeholder for the workspace's ID (documented).
 */
export function workspaceHost(regionId: string): string {
	return `https://${WORKSPACE_PLACEHOLDER}.${regionId}.maas.aliyuncs.com`;
}

/** What the credential holds, as n8n decrypts it. */
export interface DashScopeCredential {
	readonly region?: string;
	readonly workspaceId?: string;
	readonly baseUrl?: string;
}

export type Host =
	| { readonly kind: 'known'; readonly apiBaseUrl: string }
	| { readonly kind: 'incomplete'; readonly field: string; readonly reason: string };

/**
 * Gives the URL that API paths are appended to, without a trailing slash, or which field of the
 * credential is missing.
 */
export function resolveBaseUrl(credential: DashScopeCredential): Host {
	const regionId = credential.region ?? 'cn-beijing';
	const workspaceId = (credential.workspaceId ?? '').trim();
	if (regionId === CUSTOM_REGION) return customHost((credential.baseUrl ?? '').trim());

	const region = REGIONS.find(({ id }) => id === regionId);
	if (!region) {
		return incomplete('Region', `has the unlisted value "${regionId}"`);
	}
	if (workspaceId !== '') {
		if (!/^[A-Za-z0-9-]+$/.test(workspaceId)) {
			return incomplete('Workspace ID', 'may hold letters, digits and hyphens only');
		}
		return known(workspaceHost(regionId).replace(WORKSPACE_PLACEHOLDER, workspaceId));
	}
	if (region.sharedHost === undefined) {
		return incomplete('Workspace ID', `is needed: ${region.name} has workspace hosts only`);
	}
	return known(region.sharedHost);
}

function customHost(baseUrl: string): Host {
	if (!/^https?:\/\/[^\s/?#]+/i.test(baseUrl)) {
		return incomplete('Base URL', 'must be a whole address, e.g. https://gateway.example.com');
	}
	return known(baseUrl.replace(/\/+$/, '').replace(/\/api\/v1$/, ''));
}

const known = (origin: string): Host => ({ kind: 'known', apiBaseUrl: `${origin}${API_ROOT}` });

const incomplete = (field: string, reason: string): Host => ({ kind: 'incomplete', field, reason });

/**
 * One region of the service and the hosts that serve it (documented: docs/service-facts.md, section
 * 1).
 */
export interface Region {
	readonly id: string;
	readonly name: string;
	/** Absent where the region has workspace hosts only. */
	readonly sharedHost?: string;
}

export const CUSTOM_REGION = 'custom';
export const DEFAULT_REGION = 'cn-beijing';

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
	readonly apiKey?: string;
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
	const regionId = credential.region ?? DEFAULT_REGION;
	const workspaceId = (credential.workspaceId ?? '').trim();
	if (regionId === CUSTOM_REGION) return customHost((credential.baseUrl ?? '').trim());

	const region = REGIONS.find(({ id }) => id === regionId);
	if (!region) {
		return incomplete('Region', `has the unlisted value "${regionId}"`);
	}
	if (/^(Bearer\s+)?sk-sp-/i.test((credential.apiKey ?? '').trim())) {
		return incomplete(
			'API Key',
			'is that of a coding plan (sk-sp-…), which this API does not accept',
		);
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

/**
 * True if the credential leads to a host of the service itself, which fetches links from the
 * internet; a proxy or a simulator may see a private network.
 */
export function isServiceHost({ region }: DashScopeCredential): boolean {
	return region !== CUSTOM_REGION;
}

/**
 * The ends of a Base URL that are cut off: slashes, then `/api/v1`, also where the address of a
 * call was pasted. The credential's test uses the same patterns.
 */
export const BASE_URL_ENDINGS = [/\/+$/, /\/api\/v1(\/(services|tasks|uploads)(\/.*)?)?$/] as const;

function customHost(baseUrl: string): Host {
	if (!/^https?:\/\/[^\s/?#]+/i.test(baseUrl) || !URL.canParse(baseUrl)) {
		return incomplete('Base URL', 'must be a whole address, e.g. https://gateway.example.com');
	}
	if (/[?#\s]/.test(baseUrl)) {
		return incomplete(
			'Base URL',
			'must end before ? or #: API paths are appended to it, e.g. to https://gateway.example.com',
		);
	}
	const { username, password } = new URL(baseUrl);
	if (username !== '' || password !== '') {
		return incomplete(
			'Base URL',
			"must not hold a user name or a password, which would take the place of 'API Key'",
		);
	}
	return known(BASE_URL_ENDINGS.reduce((url, ending) => url.replace(ending, ''), baseUrl));
}

const known = (origin: string): Host => ({ kind: 'known', apiBaseUrl: `${origin}${API_ROOT}` });

const incomplete = (field: string, reason: string): Host => ({ kind: 'incomplete', field, reason });

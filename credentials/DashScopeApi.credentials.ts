import type {
	IAuthenticateGeneric,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

import {
	API_ROOT,
	BASE_URL_ENDINGS,
	CUSTOM_REGION,
	DEFAULT_REGION,
	REGIONS,
	WORKSPACE_PLACEHOLDER,
	workspaceHost,
} from '../nodes/WanKeyframeVideo/dashscope/hosts';

const WORKSPACE_ONLY = REGIONS.filter(({ sharedHost }) => sharedHost === undefined);

/**
 * The same choice of host as `resolveBaseUrl` makes, as an expression, since a credential's test is
 * data. Built from the same table; a test compares the two over every region.
 */
function baseUrlExpression(): string {
	const shared = Object.fromEntries(REGIONS.map(({ id, sharedHost }) => [id, sharedHost ?? '']));
	const cut = BASE_URL_ENDINGS.map((ending) => `.replace(${String(ending)}, '')`).join('');
	const custom = `($credentials.baseUrl || '').trim()${cut}`;
	const workspace = "($credentials.workspaceId || '').trim()";
	const workspaceUrl = workspaceHost('{region}')
		.replace(WORKSPACE_PLACEHOLDER, `' + ${workspace} + '`)
		.replace('{region}', "' + $credentials.region + '");
	return `={{ ($credentials.region === '${CUSTOM_REGION}' ? ${custom} : ${workspace} ? '${workspaceUrl}' : ${JSON.stringify(shared)}[$credentials.region]) + '${API_ROOT}' }}`;
}

export class DashScopeApi implements ICredentialType {
	name = 'dashScopeApi';

	displayName = 'DashScope API';

	icon: Icon = { light: 'file:dashScopeApi.svg', dark: 'file:dashScopeApi.dark.svg' };

	documentationUrl = 'https://www.alibabacloud.com/help/en/model-studio/get-api-key';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'A key of Alibaba Cloud Model Studio (DashScope), e.g. sk-…. Keys of coding plans (sk-sp-…) are not accepted by this API.',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				...REGIONS.map(({ id, name }) => ({ name, value: id })),
				{
					name: 'Custom',
					value: CUSTOM_REGION,
					description: 'A proxy, a private gateway or the simulator',
				},
			].sort((a, b) => a.name.localeCompare(b.name)),
			default: DEFAULT_REGION,
			description: 'Where the key was made. A key is valid in its own region only.',
		},
		{
			displayName: 'Workspace ID',
			name: 'workspaceId',
			type: 'string',
			default: '',
			placeholder: 'e.g. llm-abc123',
			displayOptions: {
				hide: { region: [CUSTOM_REGION, ...WORKSPACE_ONLY.map(({ id }) => id)] },
			},
			description: "When given, the workspace's own host is used",
		},
		{
			displayName: 'Workspace ID',
			name: 'workspaceId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. llm-abc123',
			displayOptions: { show: { region: WORKSPACE_ONLY.map(({ id }) => id) } },
			description: 'This region serves each workspace at a host of its own, so its ID is needed',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://gateway.example.com',
			displayOptions: { show: { region: [CUSTOM_REGION] } },
			description:
				'Base URL of a DashScope-compatible endpoint, with or without /api/v1 at its end',
		},
	];

	/** Spaces around a key and "Bearer" before it come with copying it. */
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				Authorization:
					"=Bearer {{ ($credentials.apiKey || '').trim().replace(/^Bearer\\s+/i, '') }}",
			},
		},
	};

	/**
	 * Asks for a task that cannot exist: 200 with a good key, 401 with a bad one, nothing is created.
	 */
	test: ICredentialTestRequest = {
		request: {
			baseURL: baseUrlExpression(),
			url: '/tasks/00000000-0000-0000-0000-000000000000',
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						"DashScope answered but does not accept the key. Check 'API Key', and that 'Region' is where the key was made: a key of another region, or of a coding plan (sk-sp-…), is refused in the same way.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"DashScope answered but denies access. Check what the key may do, and 'Workspace ID'.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message:
						"The host answered, but not as DashScope does. Check 'Region', 'Workspace ID' and 'Base URL', which must be the address alone, without a query.",
				},
			},
		],
	};
}

/** The DashScope API credential as the environment gives it. */
export interface ServiceCredential {
	apiKey: string;
	region: string;
	baseUrl?: string;
	workspaceId?: string;
}

/** Undefined without a key: then the simulator serves. */
export function credentialFrom(environment: NodeJS.ProcessEnv): ServiceCredential | undefined {
	const {
		DASHSCOPE_API_KEY: apiKey,
		DASHSCOPE_BASE_URL: baseUrl,
		DASHSCOPE_REGION: region = baseUrl ? 'custom' : 'cn-beijing',
		DASHSCOPE_WORKSPACE_ID: workspaceId,
	} = environment;
	if (!apiKey) return undefined;
	return { apiKey, region, ...(baseUrl && { baseUrl }), ...(workspaceId && { workspaceId }) };
}

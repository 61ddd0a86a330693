/** The credential that leads a workflow to a simulator. */
import type { Simulator } from './simulator/index.mts';

export const CREDENTIAL_TYPE = 'dashScopeApi';
/** The name in the example workflows. */
export const CREDENTIAL_NAME = 'DashScope account';

/** Its data, for this simulator or any other host. */
export function credentialFor({ url, key }: Pick<Simulator, 'url' | 'key'>) {
	return { apiKey: key, region: 'custom', baseUrl: url };
}

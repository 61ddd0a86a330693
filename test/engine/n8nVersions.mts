/** What n8n 1.x does otherwise than 2.x, where tests meet it; each with its reason. */
import { n8nMajor } from './underTest.mts';

const isOld = n8nMajor < 2;

/** The setting `binaryMode: 'combined'`, by which files stand in an item's JSON, came with n8n 2. */
export const keepsFilesInJson = !isOld;

/** Before n8n 2 `sleep` takes no signal: after a Stop its timers still ring, and nobody listens. */
export const timersAfterStop = isOld ? 2 : 0;

/** n8n's own words, by what a request came to. */
const N8N_WORDS = {
	401: 'Authorization failed - please check your credentials',
	404: 'The resource you are requesting could not be found',
	500: 'The service was not able to process your request',
	ECONNREFUSED: 'The service refused the connection - perhaps it is offline',
};

/**
 * What the test of a credential says. It finds the credential's own words by the cause of the error, which n8n 1.x loses
 * (a field declared in a class of its own overwrites it); then n8n's words are left.
 */
export function credentialTestSays(outcome: keyof typeof N8N_WORDS, words: string): string {
	return isOld ? N8N_WORDS[outcome] : words;
}

import { joinLines, type ErrorText } from '../util/errorText';
import type { ApiError } from './apiError';

/** A code the service gave, at create or in a failed task, with its words. */
export interface ServiceMessage {
	readonly code: string;
	readonly message: string;
	readonly status?: number;
}

interface Meaning {
	/** Codes as `normalizeCode` writes them; a code that starts with one of these matches. */
	readonly codes: readonly string[];
	/** Lower-case words that the service's message must hold, where the code alone does not tell. */
	readonly saying?: readonly string[];
	readonly what: string;
	readonly next: string;
}

const WHERE_KEYS_LIVE =
	"Check 'API Key' in the credential, and that its 'Region' is the one the key was made in: a key of another region is turned down with the same words.";

const UNKNOWN_MODEL = {
	what: 'DashScope does not know this model',
	next: "Check the spelling of 'Model', and that it is served in the credential's 'Region'.",
} as const;

const NOT_FETCHED = {
	what: 'DashScope could not fetch an input file',
	next: 'URLs must be open to the internet, without sign-in and without a redirect to a page. Otherwise give the file as binary data.',
} as const;

const BAD_KEY = { what: 'DashScope does not accept the API key', next: WHERE_KEYS_LIVE } as const;

/** The first that matches counts, so the particular stand before the general. Codes: sections 4 and 5 of the API facts. */
const ERROR_ADVICE: readonly Meaning[] = [
	{
		codes: ['invalidapikey'],
		...BAD_KEY,
	},
	{
		codes: ['arrearage'],
		what: 'The Alibaba Cloud account has an overdue balance',
		next: 'Settle the balance in the Alibaba Cloud console, then run this again.',
	},
	{
		codes: ['allocationquotafreetieronly'],
		what: "The model's free quota is used up",
		next: "Switch off the mode that allows the free tier only in the Model Studio console, or choose another 'Model'.",
	},
	{
		codes: ['accessdeniedunpurchased', 'modelaccessdenied'],
		what: 'The account has no access to this model',
		next: "Activate the model in the Model Studio console of the credential's region (models of other vendors each need it once), or choose another 'Model'.",
	},
	{
		codes: ['workspaceaccessdenied'],
		what: 'The key has no access to this workspace',
		next: "Check 'Workspace ID' in the credential, and that the key belongs to that workspace.",
	},
	{
		codes: ['accessdenied'],
		what: 'DashScope denies access to this call',
		next: "Check that the key may use this 'Model' and that nothing between n8n and DashScope removes request headers.",
	},
	{
		codes: ['throttlingallocationquota', 'allocationquota'],
		what: "The account's quota for this model is used up",
		next: 'Wait for the quota to renew, or ask for a higher one in the Model Studio console.',
	},
	{
		codes: ['throttling', 'limitrequests', 'ratelimit'],
		what: 'DashScope receives more calls from this account than it allows',
		next: 'Wait a minute and run this again, or send fewer items at a time. Calls of all keys of the account count together.',
	},
	{
		codes: ['invalidparameter'],
		saying: ['url error'],
		what: 'DashScope does not serve this model at the address it was sent to',
		next: "Check 'Model'; for a custom model, check 'Model Family', which decides the address; and check that the model is served in the credential's 'Region'.",
	},
	{
		codes: ['invalidparameter'],
		saying: ['model not exist'],
		...UNKNOWN_MODEL,
	},
	{
		codes: ['modelnotfound'],
		...UNKNOWN_MODEL,
	},
	{
		codes: ['datainspectionfailed'],
		saying: ['output'],
		what: 'The video was withheld by content inspection',
		next: "Change 'Prompt' or the frames and create a new task. This task is not billed.",
	},
	{
		codes: ['datainspectionfailed'],
		what: 'The prompt or a frame was turned down by content inspection',
		next: "Change 'Prompt', 'Negative Prompt' or the frames and create a new task. This task is not billed.",
	},
	{
		codes: ['ipinfringementsuspect'],
		what: 'The prompt or a frame is suspected to infringe intellectual property',
		next: "Change 'Prompt' or the frames and create a new task. This task is not billed.",
	},
	{
		codes: ['invalidurl', 'invalidparameterdatainspection', 'invalidfiledownloadfailed'],
		...NOT_FETCHED,
	},
	{
		codes: ['invalidparameter'],
		saying: ['failed to download', 'download'],
		...NOT_FETCHED,
	},
	{
		codes: ['invalidfile', 'invalidimage'],
		what: "An input file is outside the model's limits",
		next: 'Check format, side lengths, aspect ratio, length and size of the frames (and of a sound or a clip) against the limits of the model; the words of the service below say which.',
	},
	{
		codes: ['invalidparameter', 'badrequest', 'invalidrequest'],
		what: 'DashScope does not accept a parameter',
		next: 'The words of the service below name it. Check the matching field, and that the model takes it.',
	},
	{
		codes: ['unsupportedoperation'],
		what: 'DashScope does not allow this for the task as it stands',
		next: 'A task can be cancelled only while its status is PENDING.',
	},
	{
		codes: ['modelunavailable', 'modelservingerror'],
		what: 'The model is not available at the moment',
		next: "Run this again later, or choose another 'Model'.",
	},
	{
		codes: ['internalerror', 'systemerror', 'requesttimeout'],
		what: 'DashScope could not do the work',
		next: 'The cause is on the side of the service. Run this again later; a task that did not succeed is not billed.',
	},
];

/** Codes come as `InvalidApiKey` and `invalid_api_key`: both become `invalidapikey` (measured). */
export function normalizeCode(code: string): string {
	return code.toLowerCase().replace(/[._-]/g, '');
}

/** What the service's code and words mean in plain language, and what to do about it. */
export function adviceFor({ code, message, status }: ServiceMessage): {
	what: string;
	next: string;
} {
	const plain = normalizeCode(code);
	const words = message.toLowerCase();
	const found = ERROR_ADVICE.find(
		({ codes, saying }) =>
			codes.some((start) => plain.startsWith(start)) &&
			(saying === undefined || saying.some((part) => words.includes(part))),
	);
	return found ?? meaningOfStatus(status);
}

function meaningOfStatus(status: number | undefined): { what: string; next: string } {
	if (status === 401) {
		return BAD_KEY;
	}
	if (status === 403) {
		return {
			what: 'DashScope denies access to this call',
			next: "Check what the key may do, and 'Region' and 'Workspace ID' in the credential.",
		};
	}
	if (status === 429) {
		return {
			what: 'DashScope receives more calls from this account than it allows',
			next: 'Wait a minute and run this again, or send fewer items at a time.',
		};
	}
	if (status !== undefined && status >= 500) {
		return {
			what: 'DashScope is out of order at the moment',
			next: 'Run this again later.',
		};
	}
	return {
		what: 'DashScope turned the request down',
		next: 'The words of the service below say why.',
	};
}

/** The service's code and words as one line, e.g. `InvalidParameter: url error` ; empty where it gave none. */
export function quote({ code, message }: ServiceMessage): string {
	return [code, message].filter((part) => part !== '').join(': ');
}

/** What came in place of a usable answer, in one line: the service's own words where there are any. */
export function describeAnswer(error: ApiError): string {
	switch (error.kind) {
		case 'refused':
			return `DashScope said (HTTP ${error.status}): ${quote(error)}`;
		case 'unexpectedResponse':
			return error.excerpt === ''
				? `It answered HTTP ${error.status} with nothing in it.`
				: `It answered HTTP ${error.status}: ${error.excerpt}`;
		case 'unreachable':
			return `Cause: ${error.cause}`;
		case 'canceled':
			return 'The execution was stopped before the call was sent.';
	}
}

/** What to tell the user about a error, in words that hold for every call. */
export function explainApiError(error: ApiError): ErrorText {
	switch (error.kind) {
		case 'refused': {
			const { what, next } = adviceFor(error);
			return {
				message: what,
				description: joinLines([
					next,
					describeAnswer(error),
					error.requestId && `Request ID: ${error.requestId}`,
				]),
			};
		}
		case 'unexpectedResponse':
			return {
				message: unexpectedResponseMessage(error.status),
				description: joinLines([
					"Check 'Region' or 'Base URL' in the credential: a proxy or another server may stand at that address. If they are right, run this again later.",
					describeAnswer(error),
					error.requestId && `Request ID: ${error.requestId}`,
				]),
			};
		case 'unreachable':
			return {
				message: error.connectFailed
					? 'DashScope cannot be reached'
					: 'The connection to DashScope broke before an answer came',
				description: joinLines([
					"Check 'Region' or 'Base URL' in the credential, and that this n8n may connect to that host.",
					describeAnswer(error),
				]),
			};
		case 'canceled':
			return {
				// n8n ends an execution as canceled, not as failed, by this word in the message (measured).
				message: 'The call to DashScope was canceled',
				description: describeAnswer(error),
			};
	}
}

function unexpectedResponseMessage(status: number): string {
	if (status >= 300 && status < 400) return 'The host redirects to another address';
	return 'The host does not answer the way DashScope does';
}

import { joinLines, type ErrorText } from '../util/errorText';
import type { ApiError } from './apiError';

/** A code of the service with its message, of a refused call or of a failed task. */
export interface ServiceMessage {
	readonly code: string;
	readonly message: string;
	readonly status?: number;
}

/** What an error means, and what the user can do about it. */
export interface ErrorAdvice {
	readonly what: string;
	readonly next: string;
	/**
	 * True where the cause lies with the service, so that the same request may succeed a moment
	 * later; false where it would fail again; absent where neither is known.
	 */
	readonly retryHelps?: boolean;
}

/** Without `retryHelps` a retry does not help. */
interface AdviceRule extends ErrorAdvice {
	/**
	 * Codes as `normalizeCode` writes them; a code that starts with one of these matches, `''` any.
	 */
	readonly codes: readonly string[];
	/**
	 * Lower-case words of which the service's message holds one, where the code alone does not
	 * tell.
	 */
	readonly messageIncludes?: readonly string[];
}

const UNKNOWN_MODEL = {
	what: 'DashScope does not know this model',
	next: "Check the spelling of 'Model', and that it is served in the credential's 'Region'.",
} as const;

const NOT_FETCHED = {
	what: 'DashScope could not fetch an input file',
	next: 'Links must be reachable from the internet, without sign-in and without a redirect to a page. Otherwise pass the file as binary data.',
} as const;

const BAD_KEY = {
	what: 'DashScope does not accept the API key',
	next: "Check 'API Key' in the credential, and that its 'Region' is the one the key was made in: a key of another region is refused with the same words. Keys that begin with sk-sp- belong to coding plans and do not work here.",
} as const;

const NO_ACCESS_TO_MODEL = {
	what: 'The account has no access to this model',
	next: "Activate the model in the Model Studio console of the credential's region (models of other vendors each need it once), or choose another 'Model'.",
} as const;

/**
 * The first that matches counts, so specific rules stand first. Codes: sections 3, 4 and 5 of the
 * facts.
 */
const ADVICE_RULES: readonly AdviceRule[] = [
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
		...NO_ACCESS_TO_MODEL,
	},
	{
		// One vendor accepts the create and says it in the failed task only (section 3).
		codes: [''],
		messageIncludes: ['not activated', 'not been activated', 'not purchased', 'unpurchased'],
		...NO_ACCESS_TO_MODEL,
	},
	{
		codes: ['endpointaccessdenied'],
		what: 'The workspace host denies access to this key',
		next: "Leave 'Workspace ID' in the credential empty to use the shared host. With an ID, the host takes keys of that workspace only, and the workspace must be of the same account and 'Region'.",
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
		codes: ['throttling', 'limitrequests', 'ratelimit'],
		messageIncludes: ['queue', 'concurren'],
		what: "The account's queue for this model is full",
		next: 'Wait until tasks of the account have ended, or send fewer items at a time; the queue is shared by all keys of the account.',
		retryHelps: true,
	},
	{
		codes: ['throttlingallocationquota', 'allocationquota'],
		what: "The account's quota for this model is used up",
		next: 'Wait for the quota to renew, or ask for a higher one in the Model Studio console.',
		retryHelps: true,
	},
	{
		codes: ['throttling', 'limitrequests', 'ratelimit'],
		what: 'DashScope receives more calls from this account than it allows',
		next: 'Wait a minute and run this again, or send fewer items at a time. Calls of all keys of the account count together.',
		retryHelps: true,
	},
	{
		codes: ['invalidparameter'],
		messageIncludes: ['url error'],
		what: 'DashScope does not serve this model at the address it was sent to',
		next: "Check 'Model'; for a custom model, check 'Model Family', which decides the address; and check that the model is served in the credential's 'Region'.",
	},
	{
		codes: ['invalidparameter'],
		messageIncludes: ['model not exist'],
		...UNKNOWN_MODEL,
	},
	{
		codes: ['modelnotfound'],
		...UNKNOWN_MODEL,
	},
	{
		codes: ['datainspectionfailed'],
		messageIncludes: ['output'],
		what: 'The video was withheld by content inspection',
		next: "Change 'Prompt' or the frames and create a new task.",
	},
	{
		codes: ['datainspectionfailed'],
		what: 'The prompt or a frame was turned down by content inspection',
		next: "Change 'Prompt', 'Negative Prompt' or the frames and create a new task.",
	},
	{
		codes: ['ipinfringementsuspect'],
		what: 'The prompt or a frame is suspected to infringe intellectual property',
		next: "Change 'Prompt' or the frames and create a new task.",
	},
	{
		codes: [
			'invalidurlconnectionrefused',
			'invalidurltimeout',
			'invalidparameterdatainspection',
			'invalidfiledownloadfailed',
		],
		...NOT_FETCHED,
		retryHelps: true,
	},
	{
		codes: ['invalidparameter', 'invalidurl', 'invalidfile', 'invalidimage'],
		messageIncludes: ['failed to download', 'unable to download', 'download failed'],
		...NOT_FETCHED,
		retryHelps: true,
	},
	{
		codes: ['invalidurl'],
		...NOT_FETCHED,
	},
	{
		codes: ['invalidfile', 'invalidimage'],
		what: "An input file is outside the model's limits",
		next: 'Check format, side lengths, aspect ratio, length and size of the frames (and of an audio file or a clip) against the limits of the model; the words of the service below say which.',
	},
	{
		codes: ['invalidparameter', 'badrequest', 'invalidrequest'],
		what: 'DashScope does not accept a parameter',
		next: 'The words of the service below name it. Check the matching field, and that the model takes it.',
	},
	{
		codes: ['unsupportedoperation'],
		what: 'DashScope does not allow this for the task as it stands',
		next: 'A task can be canceled only while its status is PENDING.',
	},
	{
		codes: ['modelunavailable', 'modelservingerror'],
		what: 'The model is not available at the moment',
		next: "Run this again later, or choose another 'Model'.",
		retryHelps: true,
	},
	{
		codes: ['internalerror', 'systemerror', 'requesttimeout'],
		what: 'DashScope had an internal fault',
		next: 'The cause lies with the service. Run this again later.',
		retryHelps: true,
	},
];

/** Codes come as `InvalidApiKey` and `invalid_api_key` (section 4): both become `invalidapikey`. */
export function normalizeCode(code: string): string {
	return code.toLowerCase().replace(/[._-]/g, '');
}

/** What the service's code and message mean in plain language, and what to do about it. */
export function adviceFor({ code, message, status }: ServiceMessage): ErrorAdvice {
	const normalized = normalizeCode(code);
	const words = message.toLowerCase();
	const rule = ADVICE_RULES.find(
		({ codes, messageIncludes }) =>
			codes.some((start) => normalized.startsWith(start)) &&
			(messageIncludes === undefined || messageIncludes.some((part) => words.includes(part))),
	);
	if (rule !== undefined) return { retryHelps: false, ...rule };
	return adviceForStatus(status, normalized !== '' || words !== '');
}

function adviceForStatus(status: number | undefined, hasWords: boolean): ErrorAdvice {
	if (status === 401) return BAD_KEY;
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
		return { what: 'DashScope is out of order at the moment', next: 'Run this again later.' };
	}
	return {
		what: 'DashScope refused the request',
		next: hasWords
			? 'The words of the service below say why.'
			: 'The service did not say why. Run this again later.',
	};
}

/**
 * The service's code and words as one line, e.g. `InvalidParameter: url error` ; empty where it
 * gave none.
 */
export function quote({ code, message }: ServiceMessage): string {
	return [code, message].filter((part) => part !== '').join(': ');
}

/** The answer that was no usable one, in a line: the service's own words where there are any. */
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

/** The text for the user about an error, in words that hold for every call. */
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
					error.connectFailed
						? "Check 'Region' or 'Base URL' in the credential, and that this n8n may connect to that host."
						: 'The network or a proxy between n8n and DashScope cut the connection, or the answer took too long.',
					describeAnswer(error),
				]),
			};
		case 'canceled':
			return {
				// n8n ends an execution as canceled, not as failed, by this word in the message
				// (test/execution/stop.test.mts).
				message: 'The call to DashScope was canceled',
				description: describeAnswer(error),
			};
	}
}

function unexpectedResponseMessage(status: number): string {
	if (status >= 300 && status < 400) return 'The host redirects to another address';
	return 'The host does not answer the way DashScope does';
}

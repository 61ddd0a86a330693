/** Why an object store refuses a request. */
export interface StoreRefusal {
	status: number;
	code: string;
	message: string;
}

/** What an object store says where it refuses a download or an upload, by code. */
const STORE_REFUSALS: Readonly<Record<string, Omit<StoreRefusal, 'code'>>> = {
	AccessDenied: { status: 403, message: 'Request has expired.' },
	SignatureDoesNotMatch: {
		status: 403,
		message:
			'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
	},
	NoSuchKey: { status: 404, message: 'The specified key does not exist.' },
	InvalidArgument: {
		status: 400,
		message: 'Only one auth mechanism allowed; use either the query or the Authorization header.',
	},
	InternalError: {
		status: 500,
		message: 'We encountered an internal error. Please try again.',
	},
	ServiceUnavailable: { status: 503, message: 'Please reduce your request rate.' },
};

/** The refusal with a code; 400 and no particular words for an unknown one. */
export function storeRefusal(code: string): StoreRefusal {
	return { code, ...(STORE_REFUSALS[code] ?? { status: 400, message: 'The request is invalid.' }) };
}

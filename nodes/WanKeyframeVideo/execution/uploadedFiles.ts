import type { IExecuteFunctions } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../dashscope/connect';
import type { Clock } from '../util/clock';
import { hashText } from '../util/hash';
import { isRecord, optionalNumber, optionalText, type JsonRecord } from '../util/json';

/** Remembers, across Retry On Fail, which files the temporary store holds already. */
export interface UploadedFiles {
	/** The `oss://` URL that this content has for this model, if it lives long enough. */
	get(modelId: string, fileIdentity: string): Promise<string | undefined>;
	set(modelId: string, fileIdentity: string, url: string): Promise<void>;
}

const CONTEXT_KEY = 'uploadedFiles';

/** Half of the 48 hours that the store keeps a file (documented): a task may wait in the queue. */
const REUSE_MS = 24 * 3_600_000;

/** A file belongs to the account and the model that it was uploaded for (documented). */
export function uploadedFiles(ctx: IExecuteFunctions, clock: Clock): UploadedFiles {
	const context = ctx.getContext('node');
	const entries = (): JsonRecord => {
		const stored: unknown = context[CONTEXT_KEY];
		return isRecord(stored) ? stored : {};
	};
	const keyOf = async (modelId: string, fileIdentity: string): Promise<string> => {
		const credential = await ctx.getCredentials(CREDENTIAL_TYPE);
		return hashText(JSON.stringify([credential, modelId, fileIdentity]));
	};

	return {
		async get(modelId, fileIdentity) {
			const entry = entries()[await keyOf(modelId, fileIdentity)];
			if (!isRecord(entry)) return undefined;
			const ageMs = clock.now() - (optionalNumber(entry, 'uploadedAtMs') ?? -Infinity);
			return ageMs >= 0 && ageMs < REUSE_MS ? optionalText(entry, 'url') : undefined;
		},

		async set(modelId, fileIdentity, url) {
			const key = await keyOf(modelId, fileIdentity);
			context[CONTEXT_KEY] = { ...entries(), [key]: { url, uploadedAtMs: clock.now() } };
		},
	};
}

import type { ApiError } from './apiError';
import { excerptOf } from './readResponse';
import { optionalNumber, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import type { Result } from '../util/result';

/** Permission to put files for one model into the service's temporary store (documented, section 6). */
export interface UploadPolicy {
	/** Where the form is posted. */
	readonly url: string;
	/** Where the files lie in the store. */
	readonly folder: string;
	/** The form's fields but `key` and `file`, in the order that the store asks for. */
	readonly fieldsBeforeKey: ReadonlyArray<readonly [name: string, value: string]>;
	readonly fieldsAfterKey: ReadonlyArray<readonly [name: string, value: string]>;
	/** Milliseconds from its issue. */
	readonly validForMs: number;
}

/** The path that asks for a certificate; it is bound to the model. */
export function uploadPolicyPath(modelId: string): string {
	return `/uploads?action=getPolicy&model=${encodeURIComponent(modelId)}`;
}

/** Reads the answer to the call for a certificate; one without its members, or for no web address, is a error. */
export function readUploadPolicy(answer: JsonRecord): Result<UploadPolicy, ApiError> {
	const data = objectOrEmpty(answer, 'data');
	const url = optionalText(data, 'upload_host');
	const folder = optionalText(data, 'upload_dir');
	const accessKeyId = optionalText(data, 'oss_access_key_id');
	const signature = optionalText(data, 'signature');
	const policy = optionalText(data, 'policy');
	if (!url || !/^https?:\/\//i.test(url) || !folder || !accessKeyId || !signature || !policy) {
		return {
			ok: false,
			error: { kind: 'unexpectedResponse', status: 200, excerpt: excerptOf(answer) },
		};
	}
	return {
		ok: true,
		value: {
			url,
			folder,
			fieldsBeforeKey: [
				['OSSAccessKeyId', accessKeyId],
				['Signature', signature],
				['policy', policy],
			],
			fieldsAfterKey: [
				['x-oss-object-acl', optionalText(data, 'x_oss_object_acl') ?? 'private'],
				['x-oss-forbid-overwrite', optionalText(data, 'x_oss_forbid_overwrite') ?? 'true'],
				['success_action_status', '200'],
			],
			validForMs: (optionalNumber(data, 'expire_in_seconds') ?? 0) * 1000,
		},
	};
}

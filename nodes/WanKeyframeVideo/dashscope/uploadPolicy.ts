import { optionalNumber, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { fail, ok, type Result } from '../util/result';
import type { ApiError } from './apiError';
import { unexpectedResponse } from './readResponse';

/**
 * Permission to put files for one model into the service's temporary store (documented, section 6).
 */
export interface UploadPolicy {
	/** Where the form is posted. */
	readonly url: string;
	/** The folder of the files in the store. */
	readonly folder: string;
	/**
	 * The form's fields before and after `key`, in the order that the store requires; `file` is
	 * last.
	 */
	readonly fieldsBeforeKey: ReadonlyArray<readonly [name: string, value: string]>;
	readonly fieldsAfterKey: ReadonlyArray<readonly [name: string, value: string]>;
	/** Milliseconds from its issue. */
	readonly validForMs: number;
}

/** The path of the call for an upload policy, which is bound to the model. */
export function uploadPolicyPath(modelId: string): string {
	return `/uploads?action=getPolicy&model=${encodeURIComponent(modelId)}`;
}

/**
 * Reads the answer; one without its members, or whose host is no web address, is an unexpected
 * response.
 */
export function readUploadPolicy(answer: JsonRecord): Result<UploadPolicy, ApiError> {
	const data = objectOrEmpty(answer, 'data');
	const url = optionalText(data, 'upload_host');
	const folder = optionalText(data, 'upload_dir');
	const accessKeyId = optionalText(data, 'oss_access_key_id');
	const signature = optionalText(data, 'signature');
	const policy = optionalText(data, 'policy');
	if (!url || !/^https?:\/\//i.test(url) || !folder || !accessKeyId || !signature || !policy) {
		return fail(unexpectedResponse(answer));
	}
	return ok({
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
	});
}

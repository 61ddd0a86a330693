import { createHmac, randomUUID } from 'node:crypto';

import type { JsonObject } from '../json.mts';
import type { StoreRefusal } from './storeRefusals.mts';
import type { OssReader } from '../media/fetchMedia.mts';
import { invalidParameter } from '../tasks/taskError.mts';

const POLICY_SECONDS = 300;
const FILE_LIFE_MS = 48 * 60 * 60 * 1000;
const MAX_FILE_MB = 100;
const ACCESS_KEY_ID = 'LTAI5tSimulatorUploads';
const SECRET = 'simulator';

/** The form's fields before the file, in their documented order. */
export const UPLOAD_FIELDS = [
	'OSSAccessKeyId',
	'Signature',
	'policy',
	'key',
	'x-oss-object-acl',
	'x-oss-forbid-overwrite',
	'success_action_status',
] as const;

/** The largest file that the store accepts, in bytes. */
export const MAX_FILE_BYTES = MAX_FILE_MB * 1024 * 1024;

/** A form as it arrived: names in order, `file` among them, and the values of the fields. */
export interface UploadForm {
	names: readonly string[];
	values: ReadonlyMap<string, string>;
	file: Buffer | undefined;
}

interface Policy {
	model: string;
	policy: string;
	directory: string;
	expiresAtMs: number;
}

interface StoredFile {
	bytes: Buffer;
	model: string;
	storedAtMs: number;
}

/** The temporary store: upload policies, and the files that were uploaded with them. */
export class UploadStore {
	private readonly policies = new Map<string, Policy>();
	private readonly files = new Map<string, StoredFile>();

	/** `data` of a new policy for files that a model is to read. */
	createPolicy(model: string, host: string, nowMs: number): JsonObject {
		const directory = `dashscope-instant/${randomUUID().replaceAll('-', '')}`;
		const expiresAtMs = nowMs + POLICY_SECONDS * 1000;
		const policy = Buffer.from(
			JSON.stringify({
				expiration: new Date(expiresAtMs).toISOString(),
				conditions: [
					['content-length-range', 0, MAX_FILE_BYTES],
					['starts-with', '$key', directory],
				],
			}),
		).toString('base64');
		this.policies.set(policy, { model, policy, directory, expiresAtMs });
		return {
			policy,
			signature: sign(policy),
			upload_dir: directory,
			upload_host: host,
			expire_in_seconds: POLICY_SECONDS,
			max_file_size_mb: MAX_FILE_MB,
			capacity_limit_mb: 999_999_999,
			oss_access_key_id: ACCESS_KEY_ID,
			x_oss_object_acl: 'private',
			x_oss_forbid_overwrite: 'true',
		};
	}

	/** Stores the file of a form, or returns why it is refused. */
	store(form: UploadForm, nowMs: number): StoreRefusal | undefined {
		const expected = [...UPLOAD_FIELDS, 'file'];
		if (form.names.join() !== expected.join() || form.file === undefined) {
			return badForm(`The form's fields must be, in this order: ${expected.join(', ')}.`);
		}
		const value = (name: (typeof UPLOAD_FIELDS)[number]): string => form.values.get(name) ?? '';
		const issued = this.policies.get(value('policy'));
		if (
			issued === undefined ||
			value('OSSAccessKeyId') !== ACCESS_KEY_ID ||
			value('Signature') !== sign(value('policy'))
		) {
			return denied('SignatureDoesNotMatch', 'The signature does not match the policy.');
		}
		if (nowMs >= issued.expiresAtMs) {
			return denied('AccessDenied', 'Invalid according to Policy: Policy expired.');
		}
		if (!value('key').startsWith(`${issued.directory}/`)) {
			return denied('AccessDenied', 'Invalid according to Policy: key must be in upload_dir.');
		}
		if (
			value('x-oss-object-acl') !== 'private' ||
			value('x-oss-forbid-overwrite') !== 'true' ||
			value('success_action_status') !== '200'
		) {
			return denied('AccessDenied', 'Invalid according to Policy: a field has another value.');
		}
		if (form.file.length > MAX_FILE_BYTES) {
			return {
				status: 400,
				code: 'EntityTooLarge',
				message: 'Your proposed upload exceeds the maximum allowed size.',
			};
		}
		if (this.files.has(value('key'))) {
			return {
				status: 409,
				code: 'FileAlreadyExists',
				message: 'The object you specified already exists and can not be overwritten.',
			};
		}
		this.files.set(value('key'), {
			bytes: form.file,
			model: issued.model,
			storedAtMs: nowMs,
		});
		return undefined;
	}

	/** Reads `oss://` URLs on behalf of a model, where the request asked for them to be resolved. */
	reader(model: string, resolve: boolean, nowMs: number): OssReader {
		return (url) => {
			const file = this.files.get(url.slice('oss://'.length));
			const readable =
				resolve &&
				file !== undefined &&
				file.model === model &&
				nowMs - file.storedAtMs < FILE_LIFE_MS;
			return readable ? file.bytes : invalidParameter(`Failed to download ${url}`);
		};
	}
}

function sign(policy: string): string {
	return createHmac('sha1', SECRET).update(policy).digest('base64');
}

function badForm(message: string): StoreRefusal {
	return { status: 400, code: 'InvalidArgument', message };
}

function denied(code: string, message: string): StoreRefusal {
	return { status: 403, code, message };
}

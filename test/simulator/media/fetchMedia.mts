import type { ImageRules } from '../models/model.mts';
import { invalidParameter, type TaskError } from '../tasks/taskError.mts';

/** What a picture, sound or clip is for, and where it comes from. */
export interface MediaReference {
	role: 'first_frame' | 'last_frame' | 'driving_audio' | 'first_clip';
	url: string;
}

/** Returns the bytes behind an `oss://` URL, or why the service cannot read them. */
export type OssReader = (url: string) => Buffer | TaskError;

/** Which hosts URLs are fetched from: this machine alone, or any. */
export type FetchFrom = 'localhost' | 'anywhere';

/** How media are fetched. */
export interface MediaAccess {
	readOss: OssReader;
	/** How long the download of one medium may take, in ms. */
	downloadMs: number;
	/** Whether URLs of other machines are fetched; if not, they cannot be downloaded. */
	fetchFrom: FetchFrom;
}

const MAX_DATA_URI_CHARACTERS = 10 * 1024 * 1024;

/** The bytes behind a reference, or why the service cannot have them. */
export async function fetchMedia(
	{ role, url }: MediaReference,
	rules: ImageRules,
	access: MediaAccess,
): Promise<Buffer | TaskError> {
	const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
	switch (scheme) {
		case 'oss':
			return access.readOss(url);
		case 'http':
		case 'https':
			return download(url, access);
		case 'data': {
			const image = role === 'first_frame' || role === 'last_frame';
			return image && rules.dataUri
				? readDataUri(url)
				: { code: 'InvalidURL', message: `A data URI is not supported for ${role}.` };
		}
		default:
			return { code: 'InvalidURL', message: `The URL of ${role} is invalid.` };
	}
}

function readDataUri(url: string): Buffer | TaskError {
	if (url.length > MAX_DATA_URI_CHARACTERS) {
		return { code: 'InvalidFile.Size', message: 'The data URI is longer than 10 MB.' };
	}
	const comma = url.indexOf(',');
	if (!/^data:image\/[a-z0-9.+-]+;base64$/i.test(url.slice(0, Math.max(0, comma)))) {
		return { code: 'InvalidURL', message: 'The data URI must begin with data:image/…;base64,' };
	}
	return Buffer.from(url.slice(comma + 1), 'base64');
}

async function download(url: string, access: MediaAccess): Promise<Buffer | TaskError> {
	const { downloadMs, fetchFrom } = access;
	if (fetchFrom === 'localhost' && !isLocal(url))
		return invalidParameter(`Failed to download ${url}`);
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
		if (!response.ok) {
			await response.body?.cancel();
			return invalidParameter(`Failed to download ${url}`);
		}
		return Buffer.from(await response.arrayBuffer());
	} catch (error) {
		return downloadFailure(url, error);
	}
}

function isLocal(url: string): boolean {
	return URL.canParse(url) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}

function downloadFailure(url: string, error: unknown): TaskError {
	const cause = error instanceof Error ? error.cause : undefined;
	const refused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
	if (refused)
		return { code: 'InvalidURL.ConnectionRefused', message: `Connection refused: ${url}` };
	if (error instanceof Error && error.name === 'TimeoutError') {
		return { code: 'InvalidURL.Timeout', message: `Download timed out: ${url}` };
	}
	return invalidParameter(`Failed to download ${url}`);
}

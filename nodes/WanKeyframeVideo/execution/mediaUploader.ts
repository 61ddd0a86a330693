import { createTransferSlots } from '../media/transferSlots';
import { uploadFile } from '../media/upload';
import type { MediaUrls } from '../models/buildRequest';
import type { MediaRole, Model } from '../models/family';
import type { BinaryFile } from '../media/binaryFile';
import { formatOf, presentMedia } from '../models/mediaInput';
import { transportOf } from '../models/transport';
import type { ItemMedia } from '../parameters/readMedia';
import type { Clock } from '../util/clock';
import { ok, type Result } from '../util/result';
import type { ItemError } from './itemError';
import type { RunContext } from './runContext';
import { uploadedFiles } from './uploadedFiles';
import { createUploadPolicies } from './uploadPolicies';

/**
 * Reads the media that are sent inline only when it is called, right before sending: that takes
 * memory.
 */
export type MediaUrlsReader = () => Promise<MediaUrls>;

interface BinarySource {
	readonly label: string;
	readonly file: BinaryFile;
	readonly extension: string;
}

/** Turns an item's media into URLs that the service can read. One of these serves a whole run. */
export interface MediaUploader {
	send(model: Model, media: ItemMedia): Promise<Result<MediaUrlsReader, ItemError>>;
}

/** Uploads of a run at once; more only slow each other down. */
const SLOTS = { slots: 4, maxSlow: 8 };

/** Uploads each file once for each model of an execution, however many items use it. */
export function createMediaUploader(
	{ ctx, client, signal }: Pick<RunContext, 'ctx' | 'client' | 'signal'>,
	clock: Clock,
): MediaUploader {
	const policies = createUploadPolicies(client, clock);
	const uploaded = uploadedFiles(ctx, clock);
	const tools = { clock, slots: createTransferSlots(SLOTS) };
	const uploads = new Map<string, Promise<Result<string, ItemError>>>();

	const upload = async (
		model: Model,
		{ label, file, extension }: BinarySource,
	): Promise<Result<string, ItemError>> => {
		const url = await uploaded.get(model.id, file.identity);
		if (url !== undefined) return ok(url);
		const getPolicy = async (isFresh: boolean) => await policies.get(model.id, isFresh, signal);
		const stored = await uploadFile(ctx, { label, file, extension, getPolicy, signal }, tools);
		if (stored.ok) await uploaded.set(model.id, file.identity, stored.value);
		return stored;
	};

	const uploadOnce = async (
		model: Model,
		source: BinarySource,
	): Promise<Result<string, ItemError>> => {
		const key = `${model.id} ${source.file.identity}`;
		const uploading = uploads.get(key) ?? upload(model, source);
		uploads.set(key, uploading);
		const stored = await uploading;
		// Another item tries again.
		if (!stored.ok && uploads.get(key) === uploading) uploads.delete(key);
		return stored;
	};

	/** Data URIs that are still needed, each encoded once; they take memory, so none is kept longer. */
	const inlineFiles = new Map<string, { readers: number; dataUri?: Promise<string> }>();

	/** Reserves the file's data URI for one reader. */
	const reserveInline = ({ file, extension }: BinarySource): (() => Promise<string>) => {
		const encode = async () =>
			`data:image/${extension};base64,${(await file.buffer()).toString('base64')}`;
		const shared = inlineFiles.get(file.identity) ?? { readers: 0 };
		inlineFiles.set(file.identity, shared);
		shared.readers++;
		let isWaiting = true;
		return async () => {
			// Read again only where the service had no room for the create.
			if (!isWaiting) return await encode();
			isWaiting = false;
			const dataUri = (shared.dataUri ??= encode());
			if (--shared.readers === 0) inlineFiles.delete(file.identity);
			return await dataUri;
		};
	};

	return {
		async send(model, media) {
			const urls: Partial<Record<MediaRole, string>> = {};
			const inline: Array<[MediaRole, () => Promise<string>]> = [];
			for (const { role, input } of presentMedia(media)) {
				if (input.kind !== 'binary') {
					urls[role] = input.url;
					continue;
				}
				const { label, file } = input;
				const source = { label, file, extension: formatOf(input) ?? '' };
				if (transportOf(model, role, input) === 'upload') {
					const stored = await uploadOnce(model, source);
					if (!stored.ok) return stored;
					urls[role] = stored.value;
				} else inline.push([role, reserveInline(source)]);
			}
			return ok(async () => {
				const all = { ...urls };
				for (const [role, read] of inline) all[role] = await read();
				return all;
			});
		},
	};
}

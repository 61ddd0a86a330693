import type { IExecuteFunctions } from 'n8n-workflow';

import type { DashScopeClient } from '../dashscope/client';
import type { Clock } from '../util/clock';
import type { UploadPolicy } from '../dashscope/uploadPolicy';
import { uploadFile } from '../media/upload';
import type { MediaUrls } from '../models/buildRequest';
import type { MediaRole, Model } from '../models/family';
import { fromApiError, type ItemError } from './itemError';
import type { ItemMedia } from '../parameters/readMedia';
import type { BinaryFile } from '../media/binaryFile';
import { formatOf, presentMedia } from '../models/mediaInput';
import { transportFor } from '../models/transport';
import { fail, ok, type Result } from '../util/result';

/** An item's media, ready to be sent: reads what goes inline only when it is called, since that takes memory. */
export type MediaUrlsReader = () => Promise<MediaUrls>;

interface BinarySource {
	readonly label: string;
	readonly file: BinaryFile;
	readonly extension: string;
}

/** Makes of an item's media what the API can read. One of these serves a whole run. */
export interface MediaUploader {
	send(model: Model, media: ItemMedia): Promise<Result<MediaUrlsReader, ItemError>>;
}

/** A certificate is not used in its last moments, since an upload takes some itself. */
const CERTIFICATE_RESERVE_MS = 60_000;

interface IssuedPolicy {
	readonly policy: UploadPolicy;
	readonly issuedAtMs: number;
}

type Certified = Result<IssuedPolicy, ItemError>;

/** Uploads each file once for each model of a run, however many items use it, with one certificate until it expires. */
export function createMediaUploader(
	ctx: IExecuteFunctions,
	client: () => Promise<DashScopeClient>,
	clock: Clock,
): MediaUploader {
	const certificates = new Map<string, Promise<Certified>>();
	const uploads = new Map<string, Promise<Result<string, ItemError>>>();
	let uploadCount = 0;

	const certify = async (modelId: string): Promise<Certified> => {
		const issuedAtMs = clock.now();
		const answer = await (await client()).getUploadPolicy(modelId);
		return answer.ok
			? ok({ policy: answer.value, issuedAtMs })
			: fail(fromApiError(answer.error, { advice: 'Nothing was created or billed.' }));
	};

	const certificateFor = async (modelId: string): Promise<Certified> => {
		const known = certificates.get(modelId);
		if (known !== undefined) {
			const held = await known;
			const ageMs = held.ok ? clock.now() - held.value.issuedAtMs : 0;
			if (!held.ok || ageMs < held.value.policy.validForMs - CERTIFICATE_RESERVE_MS) return held;
			// Others may have renewed it meanwhile.
			if (certificates.get(modelId) !== known) return await certificateFor(modelId);
		}
		const renewed = certify(modelId);
		certificates.set(modelId, renewed);
		return await renewed;
	};

	const upload = async (
		model: Model,
		{ label, file, extension }: BinarySource,
	): Promise<Result<string, ItemError>> => {
		const certified = await certificateFor(model.id);
		if (!certified.ok) return certified;
		// The store takes each name once; the extension must be that of the format (documented).
		const name = `${clock.now().toString(36)}-${uploadCount++}-${Math.random().toString(36).slice(2, 12)}.${extension}`;
		const done = await uploadFile(ctx, certified.value.policy, file, name);
		if (done.ok) return done;
		const { message, description } = done.error;
		return fail({ message: `${message} of '${label}'`, description });
	};

	const uploadOnce = async (
		model: Model,
		source: BinarySource,
	): Promise<Result<string, ItemError>> => {
		const key = `${model.id} ${source.file.identity}`;
		const known = uploads.get(key) ?? upload(model, source);
		uploads.set(key, known);
		const sent = await known;
		// Another item may have better luck.
		if (!sent.ok) uploads.delete(key);
		return sent;
	};

	return {
		async send(model, media) {
			const urls: Partial<Record<MediaRole, string>> = {};
			const goAlong: Array<[MediaRole, BinarySource]> = [];
			for (const { role, input } of presentMedia(media)) {
				if (input.kind !== 'binary') {
					urls[role] = input.url;
					continue;
				}
				const { label, file } = input;
				const source = { label, file, extension: formatOf(input) ?? '' };
				const transport = 'transport' in input ? input.transport : 'upload';
				if (transportFor(model, role, file.bytes, transport) === 'upload') {
					const sent = await uploadOnce(model, source);
					if (!sent.ok) return sent;
					urls[role] = sent.value;
				} else goAlong.push([role, source]);
			}
			return ok(async () => {
				const all = { ...urls };
				for (const [role, { file, extension }] of goAlong) {
					const content = await file.buffer();
					all[role] = `data:image/${extension};base64,${content.toString('base64')}`;
				}
				return all;
			});
		},
	};
}

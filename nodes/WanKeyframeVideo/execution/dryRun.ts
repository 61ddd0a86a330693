import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { API_ROOT } from '../dashscope/hosts';
import type { BinaryFile } from '../media/binaryFile';
import { billableSeconds } from '../models/billableSeconds';
import { buildRequest, type MediaUrls } from '../models/buildRequest';
import { megabytes } from '../models/describe';
import type { MediaRole } from '../models/family';
import { formatOf, presentMedia, type PresentMedia } from '../models/mediaInput';
import { transportOf } from '../models/transport';
import type { CreateInput } from '../parameters/createInput';
import { count, shorten } from '../util/errorText';
import { toDataObject } from './taskItem';

/** Characters of a data URI that are shown: its head and the first bytes of the picture. */
const SHOWN_LENGTH = 48;

/** Shows what the clips of a run would send. A file that several of them use is counted at the first. */
export interface DryRun {
	show(input: CreateInput): Promise<IDataObject>;
}

/** A dry run, which sums up in the output pane what all these clips would cost. */
export function createDryRun(ctx: IExecuteFunctions, inputs: readonly CreateInput[]): DryRun {
	const uploaded = new Set<string>();
	if (inputs.length > 0) {
		const seconds = inputs
			.map(({ model, settings }) => billableSeconds(model, settings))
			.reduce((sum, one) => sum + one, 0);
		const message = `${count(inputs.length, 'video')}, ${count(seconds, 'second')} would be billed`;
		ctx.addExecutionHints({ message, location: 'outputPane' });
	}

	return {
		async show({ model, settings, media, expectedVideo }) {
			let uploads = 0;
			const urlOf = async (
				role: MediaRole,
				input: PresentMedia<BinaryFile>['input'],
			): Promise<string> => {
				if (input.kind !== 'binary') return shortenDataUri(input.url);
				const { file, label } = input;
				const format = formatOf(input) ?? '';
				if (transportOf(model, role, input) === 'dataUri') {
					const head = (await file.head(SHOWN_LENGTH)).toString('base64');
					return shortenDataUri(`data:image/${format};base64,${head}`);
				}
				const key = `${model.id} ${file.identity}`;
				if (!uploaded.has(key)) uploads++;
				uploaded.add(key);
				return `oss://… (upload of '${label}': ${format.toUpperCase()} of ${megabytes(file.bytes)})`;
			};
			const urls = await Promise.all(
				presentMedia(media).map(async ({ role, input }) => [role, await urlOf(role, input)]),
			);
			const shown: MediaUrls = Object.fromEntries(urls);
			const { path, body } = buildRequest(model, settings, shown);
			return toDataObject({
				request: { method: 'POST', path: `${API_ROOT}${path}`, body },
				expectedVideo,
				billableSeconds: billableSeconds(model, settings),
				uploads,
			});
		},
	};
}

const shortenDataUri = (url: string): string =>
	/^data:/i.test(url) ? shorten(url, SHOWN_LENGTH) : url;

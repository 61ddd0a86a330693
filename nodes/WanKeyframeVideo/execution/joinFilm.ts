import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

import { storedFile } from '../media/binaryFile';
import { describeRefusal } from '../media/mp4/describeRefusal';
import { joinVideos, type JoinedFilm } from '../media/mp4/joinVideos';
import { JoinRefusedError, type JoinRefusal } from '../media/mp4/refusal';
import type { ClipSource } from '../media/mp4/sequentialReader';
import type { Clip } from '../parameters/clips';
import type { JoinOptions } from '../parameters/waitFields';
import { sumOfSeconds } from '../tasks/taskResult';
import { joinLines } from '../util/errorText';
import { optionalNumber, optionalText } from '../util/json';
import { fail, ok, type Result } from '../util/result';
import { fromThrown, toErrorItem, toNodeError, type ItemError } from './itemError';
import type { RunContext } from './runContext';
import { MAKE_FILM_BY_WAIT } from './runTasks';

/** Bytes of one read from n8n's store: a film is copied in few of them. */
const CHUNK_BYTES = 256 * 1024;

interface FinishedClip {
	readonly clip: Clip;
	readonly item: INodeExecutionData;
	readonly video: IBinaryData;
}

/**
 * The film of all clips, in their order, as one item; `items` are the clips' results. If one has no video,
 * since it failed or has not ended, the items come out as they are: a film with a clip missing is none. Clips that cannot be
 * joined fail the node, or are replaced by the error if it continues on failure; the clips stay to be fetched.
 */
export async function joinFilm(
	run: RunContext,
	clips: readonly Clip[],
	items: INodeExecutionData[],
	options: JoinOptions,
): Promise<INodeExecutionData[]> {
	const finished = clips.flatMap((clip, index) => {
		const item = items[index];
		// The only one, under a name that an expression may give each item anew.
		const [video] = Object.values(item?.binary ?? {});
		return item === undefined || video === undefined ? [] : [{ clip, item, video }];
	});
	const [first, ...others] = finished;
	if (first === undefined) return items;
	if (finished.length < items.length) {
		run.ctx.addExecutionHints({ message: INCOMPLETE, location: 'outputPane' });
		return items;
	}
	const film = await buildFilm(run, [first, ...others], options);
	if (film.ok) return [film.value];
	const { clip, ...error } = film.error;
	const tasks = run.tasks.describe(clips, { isFilmRefused: true });
	if (!run.ctx.continueOnFail()) throw toNodeError(run.ctx, error, { clip, tasks });
	return [toErrorItem({ ...error, description: joinLines([error.description, tasks]) }, clip)];
}

const INCOMPLETE = `No film was made, since not every clip has its video; those that have it are here as items. Once all have ended, ${MAKE_FILM_BY_WAIT}`;

type FilmError = ItemError & { readonly clip: Clip };

async function buildFilm(
	run: RunContext,
	clips: readonly [FinishedClip, ...FinishedClip[]],
	{ removeSound, binaryProperty, fileName }: JoinOptions,
): Promise<Result<INodeExecutionData, FilmError>> {
	const [first, ...others] = clips;
	try {
		const sources: readonly [ClipSource, ...ClipSource[]] = [
			await clipSource(run, first),
			...(await Promise.all(others.map(async (clip) => await clipSource(run, clip)))),
		];
		const joined = await joinVideos(sources, { removeSound });
		if (!joined.ok) return fail(refused(joined.refusal, first, clips));
		const film = joined.value;
		const binary = await storeFilm(run, first, film, fileName);
		const jsons = clips.map(({ item }) => item.json);
		const billedSeconds = jsons.flatMap((json) => optionalNumber(json, 'billedSeconds') ?? []);
		return ok({
			json: {
				clips: jsons,
				videoSeconds: film.seconds,
				// Not a sum of some: where the service does not tell of one clip, the cost is not known.
				...(billedSeconds.length === jsons.length && {
					billedSeconds: sumOfSeconds(billedSeconds),
				}),
				width: film.width,
				height: film.height,
			},
			binary: { [binaryProperty]: binary },
			pairedItem: run.ctx.getInputData().map((_, item) => ({ item })),
		});
	} catch (thrown) {
		return fail(
			thrown instanceof JoinRefusedError
				? refused(thrown.refusal, first, clips)
				: { clip: first.clip, ...fromThrown(thrown) },
		);
	}
}

async function clipSource({ ctx }: RunContext, { video }: FinishedClip): Promise<ClipSource> {
	const { id, data } = video;
	if (!id) {
		return {
			bytes: Buffer.byteLength(data, 'base64'),
			open: () => chunksOf(Buffer.from(data, 'base64')),
		};
	}
	const { bytes } = await storedFile(ctx, id);
	return { bytes, open: async () => await ctx.helpers.getBinaryStream(id, CHUNK_BYTES) };
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
	yield bytes;
}

/** Streams the film into n8n's store; where n8n keeps files in the item it is put together in memory. */
async function storeFilm(
	{ ctx }: RunContext,
	{ video }: FinishedClip,
	film: JoinedFilm,
	fileName: string,
): Promise<IBinaryData> {
	const { helpers } = ctx;
	if (!video.id) {
		const chunks: Buffer[] = [];
		for await (const chunk of film.chunks()) chunks.push(chunk);
		return await helpers.prepareBinaryData(Buffer.concat(chunks), fileName, MIME_TYPE);
	}
	// A node cannot make a stream, only turn one of n8n's into another. Not by `compose`: what is thrown
	// inside of one can end the process (measured with Node 20).
	const anyStream = await helpers.getBinaryStream(video.id, CHUNK_BYTES);
	anyStream[Symbol.asyncIterator] = () => film.chunks();
	const stream = anyStream.map((chunk: Buffer) => chunk);
	// Whoever reads the stream gets its error; while nobody does, it must not end the process.
	stream.on('error', () => {});
	try {
		return await helpers.prepareBinaryData(stream, fileName, MIME_TYPE);
	} finally {
		anyStream.destroy();
	}
}

const MIME_TYPE = 'video/mp4';

function refused(
	refusal: JoinRefusal,
	first: FinishedClip,
	clips: readonly FinishedClip[],
): FilmError {
	const { message, advice } = describeRefusal(refusal);
	const { clip, item } = clips[refusal.clip] ?? first;
	const taskId = optionalText(item.json, 'taskId');
	return {
		clip,
		message: 'The videos cannot be joined',
		description: joinLines([
			message,
			advice,
			"Nothing is lost: the operation 'Wait' without 'Join Videos' gives the clips; that costs nothing.",
		]),
		...(taskId !== undefined && { taskId }),
	};
}

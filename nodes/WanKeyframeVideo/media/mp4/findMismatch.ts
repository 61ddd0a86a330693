import { areSameSets, inBandSets } from './avc';
import { Fields, findBox, type Box } from './boxes';
import type { Movie, VideoTrack } from './movie';
import type { JoinRefusal, RefusalReason } from './refusal';

/** The first clip that does not go with those before it, if there is one. */
export function findMismatch(movies: readonly Movie[]): JoinRefusal | undefined {
	const first = movies[0];
	if (first === undefined) return undefined;
	const firstClip = movies.findIndex(({ sound }) => sound !== undefined);
	for (const [clip, movie] of movies.entries()) {
		const reason =
			unlikeVideo(movie.video, first.video) ?? unlikeSound(movie, movies[firstClip], firstClip);
		if (reason !== undefined) return { clip, ...reason };
	}
	return undefined;
}

function unlikeVideo(video: VideoTrack, first: VideoTrack): RefusalReason | undefined {
	if (video.codec !== first.codec) {
		return { kind: 'unlikeVideoCodec', codec: video.codec, firstCodec: first.codec };
	}
	if (video.size.width !== first.size.width || video.size.height !== first.size.height) {
		return { kind: 'unlikeSize', size: video.size, firstSize: first.size };
	}
	if (!video.matrix.equals(first.matrix) || pixelAspect(video) !== pixelAspect(first)) {
		return { kind: 'unlikeDisplay' };
	}
	return canShareTrack(video, first) ? undefined : { kind: 'unlikeEncoding', codec: video.codec };
}

/** H.264 takes other parameter sets in front of key frames; in HEVC this is not done. */
function canShareTrack({ codec, parameterSets }: VideoTrack, first: VideoTrack): boolean {
	if (parameterSets.nalLengthBytes !== first.parameterSets.nalLengthBytes) return false;
	if (areSameSets(parameterSets, first.parameterSets)) return true;
	return codec === 'H.264' && [parameterSets, first.parameterSets].every(inBandSets);
}

/** Width to height of a pixel, which is 1 where nothing else is said. */
function pixelAspect({ entryBoxes }: VideoTrack): number {
	const pasp: Box | undefined = findBox(entryBoxes, 'pasp');
	if (pasp === undefined) return 1;
	const fields = new Fields(pasp.body, 'pasp');
	return fields.u32() / fields.u32();
}

function unlikeSound(
	{ sound }: Movie,
	first: Movie | undefined,
	firstClip: number,
): RefusalReason | undefined {
	if (sound === undefined || first?.sound === undefined) return undefined;
	const { sampleRate, channels } = first.sound.format;
	return sound.format.sampleRate === sampleRate && sound.format.channels === channels
		? undefined
		: { kind: 'unlikeSound', sound: sound.format, firstSound: first.sound.format, firstClip };
}

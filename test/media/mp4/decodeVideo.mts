import { createHash } from 'node:crypto';
import {
	AV_LOG_ERROR,
	AVMEDIA_TYPE_AUDIO,
	AVMEDIA_TYPE_VIDEO,
	Decoder,
	Demuxer,
	Log,
	Packet,
	type Stream,
} from 'node-av';

Log.setLevel(AV_LOG_ERROR);

export interface DecodedFrame {
	readonly hash: string;
	/** When it is presented. */
	readonly seconds: number;
	/** The same in ticks of the track. */
	readonly pts: number;
}

export interface ReadPacket {
	readonly hash: string;
	readonly pts: number;
	readonly dts: number;
	readonly duration: number;
	/** When it is presented. */
	readonly seconds: number;
	readonly durationSeconds: number;
	readonly isKey: boolean;
}

export interface ReadTrack {
	/** Ticks a second. */
	readonly timescale: number;
	readonly packets: readonly ReadPacket[];
}

/** What libav makes of a file. */
export interface DecodedVideo {
	readonly frames: readonly DecodedFrame[];
	readonly video: ReadTrack;
	readonly sound: ReadTrack | undefined;
	readonly durationSeconds: number;
}

/** Demuxes all packets of a file, edit lists applied, and decodes all pictures. */
export function decodeVideo(file: Buffer): DecodedVideo {
	using demuxer = Demuxer.openSync(file);
	const video = demuxer.findBestStream(AVMEDIA_TYPE_VIDEO);
	if (video === undefined) throw new Error('The file has no video track');
	const sound = demuxer.findBestStream(AVMEDIA_TYPE_AUDIO);
	const packets = readPackets(demuxer);
	const own = (stream: Stream) => packets.filter((one) => one.streamIndex === stream.index);
	// Before decoding, which frees the packets.
	const tracks = {
		video: readTrack(video, own(video)),
		sound: sound && readTrack(sound, own(sound)),
	};
	using decoder = Decoder.createSync(video, { threadCount: 1, exitOnError: true });
	const frames: DecodedFrame[] = [];
	for (const frame of decoder.framesSync([...own(video), null])) {
		if (frame === null) continue;
		const pts = Number(frame.pts);
		frames.push({ hash: hash(frame.toBuffer()), pts, seconds: pts * video.timeBase.toDouble() });
		frame.free();
	}
	const durationSeconds = demuxer.duration;
	for (const packet of sound ? own(sound) : []) packet.free();
	return { frames, ...tracks, durationSeconds };
}

/** The sound of a file, decoded: as many samples as an AAC frame has by turns, all channels together. */
export function decodeSound(file: Buffer): Buffer[] {
	using demuxer = Demuxer.openSync(file);
	const sound = demuxer.findBestStream(AVMEDIA_TYPE_AUDIO);
	if (sound === undefined) throw new Error('The file has no sound track');
	using decoder = Decoder.createSync(sound, { exitOnError: true });
	const own = readPackets(demuxer).filter(({ streamIndex }) => streamIndex === sound.index);
	const parts: Buffer[] = [];
	for (const frame of decoder.framesSync([...own, null])) {
		if (frame === null) continue;
		parts.push(frame.toBuffer());
		frame.free();
	}
	return parts;
}

export function readPackets(demuxer: Demuxer): Packet[] {
	const format = demuxer.getFormatContext();
	const packets: Packet[] = [];
	for (;;) {
		const packet = new Packet();
		packet.alloc();
		if (format.readFrameSync(packet) < 0) {
			packet.free();
			return packets;
		}
		packets.push(packet);
	}
}

function readTrack(stream: Stream, packets: readonly Packet[]): ReadTrack {
	const tick = stream.timeBase.toDouble();
	return {
		timescale: Math.round(1 / tick),
		packets: packets.map((packet) => ({
			hash: hash(packet.data ?? Buffer.alloc(0)),
			pts: Number(packet.pts),
			dts: Number(packet.dts),
			duration: Number(packet.duration),
			seconds: Number(packet.pts) * tick,
			durationSeconds: Number(packet.duration) * tick,
			isKey: packet.isKeyframe,
		})),
	};
}

/** As frames and packets are compared. */
export const hash = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('base64');

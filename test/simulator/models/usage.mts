import type { JsonObject } from '../json.mts';
import type { VideoPlan } from '../videos/videoPlan.mts';

/** `usage` of a task that succeeded; its members differ by family. */
export type Usage = (video: VideoPlan, fps: number) => JsonObject;

/** wan2.7 and wan2.6. */
export const wanUsage: Usage = (video) => ({
	duration: video.seconds,
	input_video_duration: video.clipSeconds,
	output_video_duration: video.seconds,
	video_count: 1,
	SR: linesOf(video.resolution),
});

/** wan2.2. */
export const keyframeUsage: Usage = (video) => ({
	video_duration: video.seconds,
	video_count: 1,
	SR: linesOf(video.resolution),
});

/** wan2.1. */
export const standardUsage: Usage = (video) => ({
	video_duration: video.seconds,
	video_ratio: 'standard',
	video_count: 1,
});

/** wan3.0. */
export const wan30Usage: Usage = (video, fps) => ({
	video_count: 1,
	duration: video.seconds,
	input_video_duration: 0,
	output_video_duration: video.seconds,
	fps,
	SR: linesOf(video.resolution),
	ratio: video.ratio,
});

/** Kling; `SR` is a text for other vendors' models. */
export const vendorUsage: Usage = (video, fps) => ({
	duration: video.seconds,
	size: sizeOf(video),
	fps,
	video_count: 1,
	audio: video.sound,
	SR: String(linesOf(video.resolution)),
});

/** PixVerse. */
export const pixverseUsage: Usage = (video, fps) => ({
	...vendorUsage(video, fps),
	shot_type: 'single',
});

/** Vidu. */
export const viduUsage: Usage = (video, fps) => ({
	...vendorUsage(video, fps),
	output_video_duration: video.seconds,
});

/** MiniMax. */
export const minimaxUsage: Usage = (video) => ({
	SR: String(linesOf(video.resolution)),
	duration: video.seconds,
	image_count: 0,
	input_seconds: 0,
	output_seconds: video.seconds,
	size: sizeOf(video),
	total_seconds: video.seconds,
	video_count: 1,
});

// How 2K and 4K are reported is not documented; these are their usual numbers of lines.
const LINES: Readonly<Record<string, number>> = { '2K': 1440, '4K': 2160 };

function linesOf(resolution: string): number {
	return LINES[resolution] ?? Number.parseInt(resolution, 10);
}

function sizeOf({ size }: VideoPlan): string {
	return `${size.width}*${size.height}`;
}

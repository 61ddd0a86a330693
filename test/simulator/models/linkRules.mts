const DAY_MS = 24 * 60 * 60 * 1000;

/** How the links to a model's videos are signed, and how long they live after the task's end. */
export interface LinkRules {
	signature: 'oss' | 'amz' | 'none';
	lifeMs: number;
	/** A watermark goes into a second file instead of the video. */
	watermarkFile?: true;
}

/** Measured: `Expires` was 9 s before `end_time` + 24 h (docs/service-facts.md#10-links). */
export const WAN_LINK: LinkRules = { signature: 'oss', lifeMs: DAY_MS - 9_000 };
/** Documented: 30 days, and the link has an `Expires`. */
export const MINIMAX_LINK: LinkRules = { signature: 'oss', lifeMs: 30 * DAY_MS };
export const KLING_LINK: LinkRules = {
	signature: 'none',
	lifeMs: 30 * DAY_MS,
	watermarkFile: true,
};
export const VIDU_LINK: LinkRules = { signature: 'amz', lifeMs: DAY_MS };
/** PixVerse. */
export const UNSIGNED_LINK: LinkRules = { signature: 'none', lifeMs: Infinity };

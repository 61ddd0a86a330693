/** Alibaba's list prices for docs/guide.md, as docs/service-facts.md (section 11) has them. */

/** When they were read. */
export const PRICES_DATE = 'November 24, 2026';

/** ¥ for each second of a video that succeeded, by the model's resolutions in their order, in Beijing. */
export interface Price {
	readonly silent: readonly number[];
	/** Where sound that is switched on has a price of its own. */
	readonly withSound?: readonly number[];
	readonly note?: string;
}

const WAN_2_7: Price = { silent: [0.6, 1] };
const KLING: Price = { silent: [0.6, 0.8, 3], withSound: [0.9, 1.2, 3] };

/** Models whose price is not documented. */
export const WITHOUT_PRICE: readonly string[] = ['wan2.1-kf2v-plus'];

/** By model ID. */
export const PRICES: Readonly<Record<string, Price>> = {
	'wan2.7-i2v': WAN_2_7,
	'wan2.7-i2v-2026-04-25': WAN_2_7,
	'wan2.2-kf2v-flash': { silent: [0.1, 0.2, 0.48] },
	'wanx2.1-kf2v-plus': { silent: [0.7] },
	'wan3.0-video': { silent: [0.3, 0.6, 1.2], note: '30 % off for a limited time' },
	'wan3.0-video-prime': { silent: [0.45, 0.9, 1.8] },
	'pixverse/pixverse-c1-kf2v': {
		silent: [0.18, 0.24, 0.3, 0.56],
		withSound: [0.24, 0.3, 0.39, 0.71],
	},
	'pixverse/pixverse-v5.6-kf2v': {
		silent: [0.21, 0.21, 0.27, 0.44],
		withSound: [0.47, 0.47, 0.53, 0.7],
	},
	'pixverse/pixverse-v6-kf2v': {
		silent: [0.15, 0.21, 0.27, 0.53],
		withSound: [0.21, 0.27, 0.36, 0.68],
	},
	'kling/kling-v3-video-generation': KLING,
	'kling/kling-v3-omni-video-generation': KLING,
	'vidu/viduq2-pro_start-end2video': { silent: [0.156, 0.344, 0.719] },
	'vidu/viduq2-turbo_start-end2video': { silent: [0.0875, 0.25, 0.469] },
	'vidu/viduq3-pro_start-end2video': { silent: [0.3125, 0.78, 0.94] },
	'vidu/viduq3-turbo_start-end2video': { silent: [0.25, 0.375, 0.4375] },
	'MiniMax/MiniMax-H3': { silent: [0.5, 0.8] },
};

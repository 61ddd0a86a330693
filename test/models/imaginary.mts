/** A family that no vendor offers, with every turn that the table can express. */
import type {
	Model,
	ModelFamily,
	SettingRules,
} from '../../nodes/WanKeyframeVideo/models/family.ts';

export const ATELIER: ModelFamily = {
	id: 'atelier',
	name: 'Atelier',
	path: '/services/atelier/start-end',
	idPrefixes: ['atelier/'],
	idSuffix: '-frames',
	models: [
		{ id: 'atelier/brush-frames', name: 'Atelier Brush', description: 'With sound' },
		{
			id: 'atelier/pencil-frames',
			name: 'Atelier Pencil',
			description: 'Silent, short',
			rateGroup: 'atelier-pencil',
			settings: {
				audio: null,
				duration: {
					kind: 'integer',
					in: 'parameters',
					field: 'seconds',
					allowed: [4, 6],
					default: 4,
				},
			},
		},
	],
	settings: {
		prompt: { kind: 'text', in: 'input', field: 'story', maxLength: 10, required: true },
		resolution: {
			kind: 'choice',
			in: 'parameters',
			field: 'mode',
			choices: [
				{ value: '720P', sent: 'std' },
				{ value: '1080P', sent: 'pro' },
			],
			default: '720P',
			alwaysSent: true,
		},
		duration: {
			kind: 'integer',
			in: 'parameters',
			field: 'seconds',
			allowed: [3, [5, 12]],
			default: 5,
			alwaysSent: true,
			narrowed: { by: 'resolution', to: { '1080P': [5, 8] } },
		},
		audio: { kind: 'switch', in: 'parameters', field: 'sound', default: false },
		template: {
			kind: 'choice',
			in: 'input',
			field: 'effect',
			choices: [{ value: 'fog' }, { value: 'rain' }],
		},
	},
	frames: {
		body: { shape: 'media', types: { firstFrame: 'image', lastFrame: 'image' } },
		maxBytes: 1_000_000,
		formats: ['jpeg', 'png'],
		takesAlpha: true,
		takesDataUri: false,
	},
	rateLimit: { group: 'atelier', createsPerSecond: 3 },
};

/** A model of the imaginary family where it departs from it. */
export function modelWith(other: Partial<ModelFamily>): Model {
	const family = { ...ATELIER, ...other };
	const { settings, rateLimit } = family;
	return { id: 'some-model', family, settings, rateLimit };
}

/** A model that takes these settings and nothing else. */
export const modelTaking = (settings: SettingRules): Model => modelWith({ settings });

/** A model of the imaginary family with other rules for its frames. */
export const modelWithFrames = (frames: Partial<ModelFamily['frames']>): Model =>
	modelWith({ frames: { ...ATELIER.frames, ...frames } });

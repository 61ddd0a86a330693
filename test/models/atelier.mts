/** A family that no vendor offers, with every turn that the table can express. Data only: tests put it into the table. */
import type { ModelFamily } from '../../nodes/WanKeyframeVideo/models/family.ts';

export const IMAGINARY_FAMILY: ModelFamily = {
	id: 'atelier',
	name: 'Atelier',
	path: '/services/atelier/start-end',
	idPrefixes: ['atelier/'],
	idSuffix: '-frames',
	models: [
		{ id: 'atelier/brush-frames', name: 'Atelier Brush', purpose: 'Paintings' },
		{
			id: 'atelier/pencil-frames',
			name: 'Atelier Pencil',
			purpose: 'Sketches',
			rateLimit: { group: 'atelier-pencil' },
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
		prompt: {
			kind: 'text',
			in: 'input',
			field: 'story',
			maxLength: 10,
			tooLong: 'refused',
			required: true,
		},
		resolution: {
			kind: 'choice',
			in: 'parameters',
			field: 'mode',
			choices: [
				{ value: '720P', apiValue: 'std' },
				{ value: '1080P', apiValue: 'pro' },
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
			restricted: { by: 'resolution', to: { '1080P': [5, 8] } },
		},
		audio: { kind: 'boolean', in: 'parameters', field: 'sound', default: false },
		template: {
			kind: 'choice',
			in: 'input',
			field: 'effect',
			choices: [{ value: 'fog' }, { value: 'rain' }],
			replacesLastFrame: true,
		},
	},
	body: { kind: 'list', types: { firstFrame: 'image', lastFrame: 'image' } },
	frames: {
		maxBytes: 1_000_000,
		formats: ['jpeg', 'png'],
		allowsAlpha: true,
		allowsDataUri: false,
	},
	rateLimit: { group: 'atelier', createsPerSecond: 3 },
	regions: ['Beijing'],
};

/** The arrows between the rooms of the node, as docs/architecture.md draws them; `npm run lint` holds them. */
const ROOMS = 'nodes/WanKeyframeVideo';

/** Each room may use the rooms named here, itself and `util`. */
const ARROWS = {
	operations: ['execution', 'parameters', 'tasks', 'media', 'models', 'dashscope'],
	execution: ['parameters', 'tasks', 'media', 'models', 'dashscope'],
	parameters: ['media', 'models'],
	tasks: ['dashscope'],
	media: ['dashscope'],
	models: [],
	dashscope: [],
	util: [],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...Object.entries(ARROWS).map(([room, others]) => ({
			name: `arrows-from-${room}`,
			comment: `${room}/ may use ${[...others, 'util'].join(', ')} only.`,
			severity: 'error',
			from: { path: `^${ROOMS}/${room}/` },
			to: { path: `^${ROOMS}/`, pathNot: `^${ROOMS}/(${[room, ...others, 'util'].join('|')})/` },
		})),
		{
			name: 'no-circle',
			comment: 'Files that import each other can only be read together.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'models-know-no-n8n',
			comment: 'The rules of the models are pure: they can be tested, and read, without n8n.',
			severity: 'error',
			from: { path: `^${ROOMS}/models/` },
			to: { path: 'n8n-workflow' },
		},
		{
			name: 'simulator-knows-no-node',
			comment:
				"The simulator is written from the service's documentation: shared code would agree with itself.",
			severity: 'error',
			from: { path: '^test/simulator/' },
			to: { path: '^(nodes|credentials)/' },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
	},
};

import type { INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { WanKeyframeVideo } from '../../nodes/WanKeyframeVideo/WanKeyframeVideo.node.ts';
import { n8nWorkflow } from '../engine/n8n.mts';

const { description } = new WanKeyframeVideo();
const { NodeHelpers } = n8nWorkflow;

/** The parameters as n8n completes them before a run: what is shown, with its default. */
function complete(parameters: INodeParameters): INodeParameters {
	return (
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			null,
			description,
		) ?? {}
	);
}

/** The values that a shown choice offers. */
function offered(parameters: INodeParameters, name: string): unknown[] {
	const values = complete(parameters);
	const shown = description.properties.filter(
		(property) =>
			property.name === name && NodeHelpers.displayParameter(values, property, null, description),
	);
	expect(shown, `'${name}' is shown ${shown.length} times`).toHaveLength(1);
	return (shown[0]?.options ?? []).map((option) => ('value' in option ? option.value : undefined));
}

/** The names of the entries that 'Options' offers. */
function optionNames(parameters: INodeParameters): string[] {
	const values = complete(parameters);
	const collection = description.properties.find(
		(property) =>
			property.name === 'options' &&
			NodeHelpers.displayParameter(values, property, null, description),
	);
	return (collection?.options ?? [])
		.filter(
			(entry) =>
				!('type' in entry) || NodeHelpers.displayParameter({}, entry, null, description, values),
		)
		.map(({ name }) => name);
}

describe('fields switch by model', () => {
	it('wan2.7 has two resolutions and a duration', () => {
		expect(offered({ model: 'wan2.7-i2v' }, 'resolution')).toEqual(['720P', '1080P']);
		expect(complete({ model: 'wan2.7-i2v' })).toMatchObject({ resolution: '1080P', duration: 5 });
	});

	it('wan2.2 has three resolutions and no duration', () => {
		const model = 'wan2.2-kf2v-flash';
		expect(offered({ model }, 'resolution')).toEqual(['480P', '720P', '1080P']);
		expect(complete({ model })).toMatchObject({ resolution: '720P' });
		expect(complete({ model, duration: 10 })).not.toHaveProperty('duration');
	});

	it('wan2.1 has one resolution and templates', () => {
		const model = 'wanx2.1-kf2v-plus';
		expect(offered({ model }, 'resolution')).toEqual(['720P']);
		expect(optionNames({ model })).toContain('template');
		expect(optionNames({ model })).not.toContain('ratio');
	});

	it('wan3.0 has an aspect ratio and a switch for sound, and no negative prompt', () => {
		const names = optionNames({ model: 'wan3.0-video' });
		expect(names).toEqual(expect.arrayContaining(['audio', 'ratio']));
		expect(names).not.toContain('negativePrompt');
	});

	it('a typed model ID has the fields of the family that is said', () => {
		const typed = { model: 'custom', customModelId: 'mine', customModelFamily: 'wan2.2' };
		expect(offered(typed, 'resolution')).toEqual(['480P', '720P', '1080P']);
		expect(complete(typed)).not.toHaveProperty('duration');
	});

	it("a model by expression has everything, and no model's default", () => {
		const model = '={{ $json.model }}';
		expect(offered({ model }, 'resolution')).toEqual(['', '360P', '480P', '540P', '720P', '1080P']);
		expect(complete({ model })).toMatchObject({ resolution: '', duration: 0 });
		expect(complete({ model, duration: 10 })).toMatchObject({ duration: 10 });
	});

	it('no option is offered twice', () => {
		const models = description.properties.find(({ name }) => name === 'model')?.options ?? [];
		for (const option of models) {
			const model = 'value' in option ? String(option.value) : '';
			const names = optionNames({ model });
			expect(new Set(names).size, model).toBe(names.length);
		}
	});
});

describe('fields of waiting', () => {
	it('appear in Create only when it waits', () => {
		expect(complete({})).not.toHaveProperty('timeout');
		expect(complete({ waitForCompletion: true })).toMatchObject({
			timeout: 30,
			downloadVideo: true,
			simplify: true,
		});
		expect(optionNames({})).not.toContain('polling');
		expect(optionNames({ waitForCompletion: true })).toContain('polling');
	});
});

describe('the contract of saved workflows', () => {
	it('parameters have the names and defaults of the design', () => {
		expect(complete({})).toEqual({
			operation: 'create',
			model: 'wan2.7-i2v',
			startFrom: 'firstFrame',
			firstFrameSource: 'url',
			firstFrameUrl: '',
			lastFrameSource: 'url',
			lastFrameUrl: '',
			prompt: '',
			resolution: '1080P',
			duration: 5,
			waitForCompletion: false,
			options: {},
		});
		expect(complete({ operation: 'getStatus' })).toEqual({
			operation: 'getStatus',
			taskId: '={{ $json.taskId }}',
			downloadVideo: false,
			simplify: true,
		});
		expect(complete({ operation: 'wait' })).toEqual({
			operation: 'wait',
			taskId: '={{ $json.taskId }}',
			timeout: 30,
			downloadVideo: true,
			simplify: true,
			options: {},
		});
		expect(complete({ firstFrameSource: 'binary', lastFrameSource: 'binary' })).toMatchObject({
			firstFrameBinaryProperty: 'firstFrame',
			lastFrameBinaryProperty: 'lastFrame',
		});
	});

	it('lists of five and more are in order, and nothing is said twice', () => {
		const lists = description.properties.flatMap(({ type, options = [] }) =>
			type === 'options' ? [options.map(({ name }) => name)] : [],
		);
		for (const names of lists.filter(({ length }) => length >= 5)) {
			if (/^\d+P$/.test(names.at(-1) ?? '')) continue;
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
		}
	});
});

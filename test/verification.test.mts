/**
 * What n8n's verification asks for in its newer lint rules, which the linter that is installed here
 * does not have yet. docs/verification.md lists all demands and where they are met.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type {
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { repositoryRoot } from './repositoryRoot.mts';

const ALLOWED_CATEGORIES = [
	'Analytics',
	'Communication',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing & Content',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

/** Characters; longer hints are cut in the editor. */
const MAX_HINT_LENGTH = 120;

/** Of a drawing against its ground: what WCAG asks of graphics. */
const MIN_CONTRAST = 3;
/** As n8n's rule takes them. */
const GROUNDS = { light: '#ffffff', dark: '#2b2b2b' };

const packageEntry: Record<string, new () => INodeType | ICredentialType> = createRequire(
	import.meta.url,
)('../index.js');
const instances = Object.values(packageEntry).map((Class) => new Class());
const nodes = instances.filter((instance): instance is INodeType => 'description' in instance);
const named = nodes.map((node) => [node.description.name, node] as const);

describe('the codex file', () => {
	const files = globSync('nodes/**/*.node.json', { cwd: repositoryRoot });
	it.each(files)('%s names categories that are allowed, and no subcategory of AI', (file) => {
		const codex: { categories: string[]; subcategories?: object } = JSON.parse(
			readFileSync(path.join(repositoryRoot, file), 'utf8'),
		);
		expect(codex.categories).not.toEqual([]);
		expect(codex.categories.filter((name) => !ALLOWED_CATEGORIES.includes(name))).toEqual([]);
		expect(codex).not.toHaveProperty('subcategories');
	});

	it('stands beside every node', () => {
		expect(files).toHaveLength(manifest.n8n.nodes.length);
	});
});

describe.each(named)('the node %s', (_, { description }) => {
	it('has hints that the editor shows whole', () => {
		const hints = fieldsOf(description.properties).map(({ hint }) => hint ?? '');
		expect(hints.filter((hint) => hint.length > MAX_HINT_LENGTH)).toEqual([]);
	});

	it('describes its fields as n8n does, also those that no linter sees because code builds them', () => {
		const fields = fieldsOf(description.properties);
		const texts = [...fields, ...fields.flatMap(choicesOf)].flatMap((entry) =>
			'description' in entry && entry.description !== undefined ? [entry.description] : [],
		);
		const isOneSentence = (text: string) => !/[.!?] [A-Z]/.test(text);
		expect(texts.filter((text) => text.endsWith('.') === isOneSentence(text))).toEqual([]);

		const switches = fields.filter(({ type }) => type === 'boolean');
		expect(switches.filter((field) => !field.description?.startsWith('Whether '))).toEqual([]);
		const placeholders = fields.flatMap(({ type, placeholder = '' }) =>
			type === 'collection' || placeholder === '' ? [] : [placeholder],
		);
		expect(placeholders.filter((text) => !text.startsWith('e.g. '))).toEqual([]);
	});

	it('says in the label in which unit a time is given', () => {
		const times = fieldsOf(description.properties).filter(
			({ name, type }) =>
				type === 'number' && /duration|timeout|interval|seconds|minutes/i.test(name),
		);
		const labels = times.map(({ displayName }) => displayName);
		expect(labels.filter((label) => !/seconds|minutes/i.test(label))).toEqual([]);
	});

	it('offers each choice once, in plain words', () => {
		for (const field of fieldsOf(description.properties)) {
			const choices = choicesOf(field);
			for (const key of ['name', 'value'] as const) {
				const values = choices.map((choice) => choice[key]);
				expect(new Set(values).size, field.name).toBe(values.length);
			}
			expect(choices.filter(({ name }) => name.includes('*'))).toEqual([]);
		}
	});

	it('has no field for JSON, which would hide what can be set', () => {
		expect(description.properties.filter(({ type }) => type === 'json')).toEqual([]);
	});

	it('uses one credential', () => {
		expect(description.credentials).toHaveLength(1);
	});

	it('follows the conventions for triggers exactly if it is one', () => {
		const isTrigger = description.group.includes('trigger');
		expect(description.name.endsWith('Trigger')).toBe(isTrigger);
		expect(description.displayName.endsWith('Trigger')).toBe(isTrigger);
		expect(description.inputs).toHaveLength(isTrigger ? 0 : 1);
		expect(description.usableAsTool).toBe(isTrigger ? undefined : true);
	});
});

/** All fields, those inside of collections too. */
function fieldsOf(properties: readonly INodeProperties[]): INodeProperties[] {
	return properties.flatMap((property) => [
		property,
		...fieldsOf(
			(property.options ?? []).filter(
				(option): option is INodeProperties => 'displayName' in option && 'type' in option,
			),
		),
	]);
}

/** What a drop-down field offers. */
function choicesOf({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options.filter((option): option is INodePropertyOptions => 'value' in option);
}

describe('the icons', () => {
	const icons = globSync(['nodes/**/*.svg', 'credentials/*.svg'], { cwd: repositoryRoot });
	it.each(icons)('%s can be told from the ground it is made for', (file) => {
		const svg = readFileSync(path.join(repositoryRoot, file), 'utf8');
		const ground = file.endsWith('.dark.svg') ? GROUNDS.dark : GROUNDS.light;
		const shapes = [...svg.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(
			([, color = '']) => color,
		);
		const readable = shapes.filter((color) => contrast(color, ground) >= MIN_CONTRAST);
		// Parts inside of a shape may have the color of the ground: they are holes in it.
		const holes = shapes.filter((color) => contrast(color, ground) < 1.2);
		expect(readable.length).toBeGreaterThan(0);
		expect(shapes.filter((color) => !readable.includes(color) && !holes.includes(color))).toEqual(
			[],
		);
	});
});

/** As WCAG defines it: 1 for the same color, 21 for black on white. */
function contrast(one: string, other: string): number {
	const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
		const part = parseInt(color.slice(start, start + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('the repository', () => {
	it('is one package', () => {
		expect(manifest).not.toHaveProperty('workspaces');
		expect(readdirSync(repositoryRoot)).not.toContain('packages');
	});

	it('has no backups and no scratch tests among what is published', () => {
		const leftovers = ['**/*.{backup,bak,orig}', '**/*Zone.Identifier', '**/test.{js,ts}'];
		const patterns = ['nodes', 'credentials'].flatMap((folder) =>
			leftovers.map((pattern) => `${folder}/${pattern}`),
		);
		expect(globSync(patterns, { cwd: repositoryRoot, dot: true })).toEqual([]);
	});

	it('names no account, partner or workspace in the code: users set theirs', () => {
		const fixedId =
			/(partner|affiliate|reseller|account|tenant|customer|client|workspace)_?id['"]?\s*[:=]\s*['"`]\w/i;
		const files = globSync(['nodes/**/*.ts', 'credentials/**/*.ts'], { cwd: repositoryRoot });
		const naming = files.filter((file) =>
			fixedId.test(readFileSync(path.join(repositoryRoot, file), 'utf8')),
		);
		expect(naming).toEqual([]);
	});

	it('has no source file that neither a node nor a credential leads to', () => {
		const entries = [...manifest.n8n.nodes, ...manifest.n8n.credentials].map((file) =>
			file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
		);
		const reached = new Set<string>();
		const follow = (file: string): void => {
			if (reached.has(file)) return;
			reached.add(file);
			const code = readFileSync(path.join(repositoryRoot, file), 'utf8');
			for (const [, target = ''] of code.matchAll(/from '(\.[^']*)'/g)) {
				const base = path.join(path.dirname(file), target);
				const found = [`${base}.ts`, `${base}/index.ts`].find((name) => sources.has(name));
				if (found) follow(found);
			}
		};
		const sources = new Set(
			globSync(['nodes/**/*.ts', 'credentials/**/*.ts'], { cwd: repositoryRoot }),
		);
		entries.forEach(follow);
		expect([...sources].filter((file) => !reached.has(file))).toEqual([]);
	});
});

/**
 * Records the node at work in a real n8n, as n8n's verification wants to see it: installation, the test of the
 * credential, each operation, and the trigger that fires. In one take; the service is the simulator.
 */
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Locator } from 'playwright-core';
import manifest from '../package.json' with { type: 'json' };
import { CREDENTIAL_NAME, CREDENTIAL_TYPE } from '../test/credential.mts';
import { Editor } from '../test/e2e/setup/editor.mts';
import { eventually } from '../test/e2e/setup/eventually.mts';
import { exampleWorkflow } from '../test/e2e/setup/exampleWorkflow.mts';
import { startInternetHosts } from '../test/e2e/setup/internetHosts.mts';
import { N8nClient, type StoredCredential } from '../test/e2e/setup/n8nClient.mts';
import { startN8n } from '../test/e2e/setup/n8nServer.mts';
import { NODE_TYPE } from '../test/e2e/setup/paths.mts';
import { triggerNode } from '../test/e2e/setup/workflows.mts';
import { node, workflow, type WorkflowJson } from '../test/engine/workflowBuilder.mts';
import { type FrameUrls, serveFrames } from '../test/exampleFrames.mts';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { type Simulator, startSimulator } from '../test/simulator/index.mts';
import { encodeMovingPicture, encodeVideo, type StandingShot } from './record/encode.mts';
import { makeRegistry } from './record/registry.mts';
import { type Screencast, startScreencast } from './record/screencast.mts';

const OUTPUT_FOLDER = path.join(repositoryRoot, 'demo-output');
const VIDEO = path.join(OUTPUT_FOLDER, 'recording.mp4');
const MOVING_PICTURE = path.join(repositoryRoot, 'docs/images/node-at-work.webp');
/** What the portal takes. */
const LONGEST_TAKE_SECONDS = 300;
const SIZE = { width: 1440, height: 900 };
const READING_MS = 3_500;
const MOVING_PICTURE_WIDTH = 1200;
/** Of the moving picture; a screen changes seldom. */
const MOVING_PICTURE_FPS = 4;
/** Of the moving picture, until the video is there. */
const LONGEST_WAIT_MS = 4_000;
/** Of the moving picture, from then on. */
const LONGEST_LOOK_MS = 12_000;

/** Of the task that is to be canceled before it begins. */
const SLOW_PROMPT = 'The clouds part, slowly.';

/** Installation, credential, create, all operations, trigger. */
const SCENES = 5;

const HELP = `Records installation, credential, operations and trigger in a real n8n on a simulator: nothing is billed.

Usage: npm run record -- [options]

  --scenes NUMBER   only the first so many of its ${SCENES} scenes
  --picture         also renew docs/images/node-at-work.webp from the recording
  --help            this text
`;

/** Shows where the mouse is, and a line that says what is done; both would not be in the pictures otherwise. */
const OVERLAY = `(() => {
	const add = () => {
		const pointer = document.createElement('div');
		pointer.style.cssText = 'position:fixed;z-index:100000;width:18px;height:18px;margin:-9px;border-radius:50%;' +
			'background:rgba(255,109,0,.5);border:2px solid rgba(255,109,0,.9);pointer-events:none;left:-50px';
		const line = document.createElement('div');
		line.id = 'recording-line';
		line.style.cssText = 'position:fixed;z-index:100000;left:50%;bottom:0;transform:translateX(-50%);padding:10px 24px;' +
			'font:600 20px sans-serif;color:#fff;background:#1f1147;border-radius:10px 10px 0 0;pointer-events:none;';
		line.textContent = sessionStorage.getItem('recording-line') ?? '';
		document.body.append(pointer, line);
		document.addEventListener('mousemove', ({ clientX, clientY }) => {
			pointer.style.left = clientX + 'px';
			pointer.style.top = clientY + 'px';
		}, true);
	};
	if (document.body) add();
	else document.addEventListener('DOMContentLoaded', add);
})()`;

function say(line: string): void {
	console.log(line);
}

/** A `<video>` as far as it is asked here. */
interface Player {
	paused: boolean;
	currentTime: number;
	play(): Promise<void>;
}

/** A part of the recording, for the moving picture. */
interface Part {
	readonly fromMs: number;
	readonly toMs: number;
	/** In quick motion where it took longer. */
	readonly longestMs: number;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			scenes: { type: 'string', default: String(SCENES) },
			picture: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return;
	}
	const scenes = Number(values.scenes);
	if (!Number.isInteger(scenes) || scenes < 1 || scenes > SCENES) {
		throw new Error(`--scenes must be 1 to ${SCENES}, not "${values.scenes}".`);
	}
	if (values.picture && scenes < SCENES) throw new Error('--picture needs all scenes.');
	const folder = await mkdtemp(path.join(tmpdir(), 'recording-'));
	await mkdir(OUTPUT_FOLDER, { recursive: true });
	await using simulator = disposable(
		await startSimulator({
			maxPixels: 640 * 360,
			// n8n serves no parts of files, so that a browser stops within a file whose header comes last.
			encoder: { headerFirst: true, crf: 28 },
			times: ({ video }) => ({
				pendingMs: video.prompt === SLOW_PROMPT ? 600_000 : 1_000,
				runningMs: 2_500,
			}),
		}),
	);
	await using internet = await startInternetHosts(await makeRegistry());
	await using n8n = await startN8n({ say, withPackage: false, environment: internet.environment });
	const client = await N8nClient.setUpOwner(n8n.url);
	const editor = await Editor.signIn(n8n.url);
	try {
		await editor.page.addInitScript(OVERLAY);
		await editor.page.goto(`${n8n.url}/settings/community-nodes`);
		const screencast = await startScreencast(editor.page, folder);
		const story = new Story(editor, client, n8n.url, screencast);
		let highlights: readonly Part[] = [];
		let taken = 0;
		for await (const parts of scenesOf(story, simulator, n8n.filesFolder)) {
			highlights = [...highlights, ...parts];
			taken += 1;
			if (taken === scenes) break;
		}
		const endMs = screencast.nowMs();
		await screencast.stop();
		say(`Encoding ${screencast.shots.length} pictures`);
		await encodeVideo(screencast.shots, endMs, VIDEO, SIZE);
		const seconds = Math.round(endMs / 1_000);
		say(`${path.relative(process.cwd(), VIDEO)}: ${seconds} s, ${await megabytes(VIDEO)}`);
		if (seconds > LONGEST_TAKE_SECONDS) {
			throw new Error(`The take is longer than ${LONGEST_TAKE_SECONDS} s; is the machine busy?`);
		}
		if (values.picture) {
			const shots = highlights.flatMap((part) => standingShots(screencast, part));
			await encodeMovingPicture(shots, MOVING_PICTURE, MOVING_PICTURE_WIDTH);
			say(`${path.relative(process.cwd(), MOVING_PICTURE)}: ${await megabytes(MOVING_PICTURE)}`);
		}
	} finally {
		await editor.close();
		await rm(folder, { recursive: true });
	}
}

/** Records scene after scene, each once it is asked for; gives the parts of it that show the node at work. */
async function* scenesOf(
	story: Story,
	simulator: Simulator,
	filesFolder: string,
): AsyncGenerator<readonly Part[]> {
	await story.install();
	yield [];
	const credential = await story.createCredential(simulator.url, simulator.key);
	yield [];
	const frames = await serveFrames(simulator);
	const example = await exampleWorkflow('keyframe-transition', {
		credential,
		simulator,
		filesFolder,
	});
	yield await story.createVideo(example, frames);
	await story.otherOperations(credential, frames);
	yield [];
	await story.trigger(credential, () => {
		const nowMs = Date.now();
		simulator.addTask({
			submittedAtMs: nowMs - 3_000,
			startedAtMs: nowMs - 2_000,
			endedAtMs: nowMs,
		});
	});
	yield [];
}

function disposable<T extends { close(): Promise<void> }>(server: T): T & AsyncDisposable {
	return Object.assign(server, { [Symbol.asyncDispose]: async () => await server.close() });
}

async function megabytes(file: string): Promise<string> {
	return `${((await stat(file)).size / 1e6).toFixed(2)} MB`;
}

/** The pictures of a part, a few a second. */
function standingShots({ shots }: Screencast, { fromMs, toMs, longestMs }: Part): StandingShot[] {
	const speed = Math.max(1, (toMs - fromMs) / longestMs);
	const stepMs = (speed * 1_000) / MOVING_PICTURE_FPS;
	const chosen = shots.filter(({ atMs }, index) => {
		const next = shots[index + 1]?.atMs ?? Infinity;
		// The last picture of each step is the one that stands.
		return atMs >= fromMs && atMs < toMs && Math.floor(next / stepMs) > Math.floor(atMs / stepMs);
	});
	return chosen.map(({ file, atMs }, index) => ({
		file,
		ms: ((chosen[index + 1]?.atMs ?? toMs) - atMs) / speed,
	}));
}

/** What makes a download of a node that reads a file: n8n would show the folder of that. */
function download(url: string, outputPropertyName: string) {
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url,
			options: { response: { response: { responseFormat: 'file', outputPropertyName } } },
		},
	};
}

/** One node after another, beside each other on the canvas. */
function inLine(nodes: WorkflowJson['nodes']): WorkflowJson {
	return workflow(nodes.map((one, index) => ({ ...one, position: [180 * index, 0] as const })));
}

/** What is shown, in its order. */
class Story {
	constructor(
		private readonly editor: Editor,
		private readonly client: N8nClient,
		private readonly url: string,
		private readonly screencast: Screencast,
	) {}

	private get page() {
		return this.editor.page;
	}

	private async line(text: string): Promise<void> {
		say(`${(this.screencast.nowMs() / 1_000).toFixed(0).padStart(4)} s  ${text}`);
		const words = JSON.stringify(text);
		await this.page.evaluate(
			`sessionStorage.setItem('recording-line', ${words});
			document.getElementById('recording-line').textContent = ${words};`,
		);
	}

	/** Time to see what is there. */
	private async read(ms = READING_MS): Promise<void> {
		await sleep(ms);
	}

	async install(): Promise<void> {
		const { page } = this;
		await this.line(`Install ${manifest.name}`);
		await page
			.getByRole('button', { name: /install/i })
			.first()
			.click();
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('textbox').first().pressSequentially(manifest.name, { delay: 20 });
		await dialog.locator('label, [role="checkbox"]').filter({ hasText: /risks/i }).first().click();
		await dialog.getByRole('button', { name: 'Install', exact: true }).click();
		await page.getByTestId('community-package-card').first().waitFor({ timeout: 120_000 });
		await this.read();
	}

	async createCredential(baseUrl: string, key: string): Promise<StoredCredential> {
		const { page } = this;
		const start = node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' });
		const wan = node(NODE_TYPE, { operation: 'getMany' }, { name: 'Wan' });
		const { id } = await this.client.createWorkflow('Credential', inLine([start, wan]));
		await this.editor.openWorkflow(id);
		await this.line('Create the credential, which is tested as it is saved');
		await this.editor.openNode('Wan');
		await page.getByRole('button', { name: 'Connect to DashScope' }).click();
		const dialog = page.getByTestId('editCredential-modal');
		await dialog.getByTestId('parameter-input-apiKey').locator('input').fill(key);
		const region = dialog.getByTestId('parameter-input-region').getByRole('combobox');
		await region.click();
		await page.getByText('Custom', { exact: true }).last().click();
		await dialog.getByTestId('parameter-input-baseUrl').locator('input').fill(baseUrl);
		await this.read(1_000);
		await dialog.getByTestId('credential-save-button').click();
		// Saved and tested, the dialog closes; opened again it says so.
		await dialog.waitFor({ state: 'hidden' });
		await page.getByTestId('credential-edit-button').first().click();
		await page.getByTestId('credentials-config-container-test-success').waitFor();
		await this.read();
		await page.keyboard.press('Escape');
		const { data } = await this.client.read<{ data: (StoredCredential & { type: string })[] }>(
			'/rest/credentials',
		);
		const stored = data.find(({ type }) => type === CREDENTIAL_TYPE);
		if (stored === undefined) throw new Error(`There is no credential '${CREDENTIAL_NAME}'`);
		return { id: stored.id, name: stored.name };
	}

	private wan(credential: StoredCredential, name: string, parameters: object) {
		return node(
			NODE_TYPE,
			{ ...parameters },
			{ name, credentials: { [CREDENTIAL_TYPE]: credential } },
		);
	}

	private async run(lastNode: string): Promise<void> {
		await this.editor.execute();
		await this.editor.succeeded(lastNode);
		await this.read(1_000);
	}

	/** Opens a node, lets its output be read, and closes it. */
	private async show(name: string, look?: (output: Locator) => Promise<void>): Promise<void> {
		await this.editor.openNode(name);
		await look?.(this.page.getByTestId('output-panel'));
		await this.read();
		await this.page.keyboard.press('Escape');
		await this.page.getByTestId('ndv').first().waitFor({ state: 'hidden' });
	}

	/** Gives the parts that show the node at work best. */
	async createVideo(
		{ name, nodes, ...example }: WorkflowJson & { name: string },
		{ first, last }: FrameUrls,
	): Promise<Part[]> {
		const downloads = new Map([
			['Read first frame', download(first, 'firstFrame')],
			['Read last frame', download(last, 'lastFrame')],
		]);
		const { id } = await this.client.createWorkflow(name, {
			...example,
			nodes: nodes
				// The notes would make all nodes small.
				.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote')
				.map((one) => ({ ...one, ...downloads.get(one.name) })),
		});
		await this.editor.openWorkflow(id);
		await this.line('Create: two frames become a video');
		const fromMs = this.screencast.nowMs();
		await this.run('Save video');
		await this.editor.dismissMessages();
		const readyMs = this.screencast.nowMs();
		await this.editor.openNode('Create transition');
		const input = this.page.getByTestId('ndv-input-panel');
		await this.viewBinary(input, 0);
		await this.read(1_500);
		await input.getByText('Back to list').click();
		await this.viewBinary(input, 1);
		await this.read(1_500);
		const output = this.page.getByTestId('output-panel');
		await this.viewBinary(output, 0);
		await eventually('the end of the video', async () => {
			return await output.locator('video').evaluate((player: Player) => {
				// A busy machine may pause it.
				if (player.paused) void player.play();
				return player.currentTime > 4.8 ? true : undefined;
			});
		});
		await this.read(1_000);
		const toMs = this.screencast.nowMs();
		return [
			{ fromMs, toMs: readyMs, longestMs: LONGEST_WAIT_MS },
			{ fromMs: readyMs, toMs, longestMs: LONGEST_LOOK_MS },
		];
	}

	/** Shows the file at this place of a panel's list. */
	private async viewBinary(panel: Locator, place: number): Promise<void> {
		await panel.getByTestId('ndv-view-binary-data').nth(place).click();
		await panel.locator('img, video').first().waitFor();
	}

	async otherOperations(credential: StoredCredential, frames: FrameUrls): Promise<void> {
		const create = {
			operation: 'create',
			firstFrameUrl: frames.first,
			lastFrameUrl: frames.last,
			prompt: 'It looks up.',
		};
		const nodes = [
			node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' }),
			this.wan(credential, 'Create', create),
			this.wan(credential, 'Get Status', { operation: 'getStatus' }),
			this.wan(credential, 'Wait', { operation: 'wait' }),
			this.wan(credential, 'Create another', { ...create, prompt: SLOW_PROMPT }),
			this.wan(credential, 'Cancel', { operation: 'cancel' }),
			this.wan(credential, 'Get Many', { operation: 'getMany' }),
		];
		const { id } = await this.client.createWorkflow('All operations', inLine(nodes));
		await this.editor.openWorkflow(id);
		await this.line('All operations in one workflow');
		await this.run('Get Many');
		for (const [name, text] of [
			['Create', 'Create without waiting gives the task ID'],
			['Get Status', 'Get Status asks once'],
			['Wait', 'Wait gives the video when the task has ended'],
			['Cancel', 'Cancel cancels a task that is still in the queue'],
			['Get Many', 'Get Many lists the tasks of the last 24 hours'],
		] as const) {
			await this.line(text);
			await this.show(name);
		}
	}

	async trigger(credential: StoredCredential, endTask: () => void): Promise<void> {
		const after = node('n8n-nodes-base.noOp', {}, { name: 'Use the video' });
		const stored = await this.client.createWorkflow(
			'When a task has ended',
			inLine([triggerNode(credential), after]),
		);
		await this.editor.openWorkflow(stored.id);
		await this.line('The trigger starts a workflow when a task has ended');
		await this.editor.openNode('Trigger');
		await this.read();
		await this.page.keyboard.press('Escape');
		await this.client.activate(stored);
		await this.page.goto(`${this.url}/workflow/${stored.id}/executions`);
		await this.line('The workflow is active; a task ends now');
		// The first poll only remembers what has ended before.
		await this.read(6_000);
		endTask();
		const execution = await this.client.latestExecution(stored);
		await this.page.goto(`${this.url}/workflow/${stored.id}/executions/${execution}`);
		await this.page
			.getByText(/^Succeeded/)
			.first()
			.waitFor();
		await this.line('The trigger has fired');
		await this.read(3_000);
	}
}

try {
	await main();
} catch (error) {
	console.error(`\nNothing was recorded: ${error instanceof Error ? error.stack : error}`);
	process.exitCode = 1;
}

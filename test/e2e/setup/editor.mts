/** n8n's editor in a browser, in the words of its user. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Locator, type Page, selectors } from 'playwright-core';
import sharp from 'sharp';
import { eventually } from './eventually.mts';
import { installChromium } from './install.mts';
import { OWNER } from './n8nClient.mts';
import { cacheFolder } from './paths.mts';
import { repositoryRoot } from '../../repositoryRoot.mts';

/** The README's pictures are only replaced when that is asked for: no two runs give the same bytes. */
const SCREENSHOT_FOLDER = process.env['UPDATE_SCREENSHOTS']
	? path.join(repositoryRoot, 'docs/images')
	: path.join(cacheFolder, 'screenshots');

const VIEWPORT = { width: 1440, height: 900 };
/** The first page load compiles some megabytes of script. */
const LONGEST_STEP_MS = 30_000;

/** Nothing is to leave this machine, and there is no graphics card to be found. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

selectors.setTestIdAttribute('data-test-id');

/** A `<video>` as far as it is asked here. */
interface Player {
	src: string;
	currentSrc: string;
	duration: number;
	currentTime: number;
	pause(): void;
	requestVideoFrameCallback(listener: (now: number, frame: { mediaTime: number }) => void): void;
	ownerDocument: { createElement(name: 'canvas'): Canvas };
}

interface Canvas {
	width: number;
	height: number;
	getContext(kind: '2d'): {
		drawImage(player: Player, x: number, y: number, width: number, height: number): void;
		getImageData(x: number, y: number, width: number, height: number): { data: Iterable<number> };
	};
}

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {}

	/** Opens n8n and signs in by its form. */
	static async signIn(url: string): Promise<Editor> {
		const executablePath = await installChromium((line) => console.log(line));
		const browser = await chromium.launch({ executablePath, args: FLAGS });
		const page = await browser.newPage({ viewport: VIEWPORT, locale: 'en-US' });
		page.setDefaultTimeout(LONGEST_STEP_MS);
		await page.goto(`${url}/signin`);
		await page.locator('input[autocomplete="email"]').fill(OWNER.email);
		await page.locator('input[type="password"]').fill(OWNER.password);
		await page.getByTestId('form-submit-button').click();
		await page.waitForURL((address) => !address.pathname.includes('signin'));
		return new Editor(browser, page, url);
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** Opens a workflow that has no nodes, and pastes this text onto its canvas. */
	async pasteWorkflow(text: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.page.getByTestId('canvas-wrapper').waitFor();
		await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
		await this.page.keyboard.press('Control+V');
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** The node of that name on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.page.getByTestId('parameter-input').first().waitFor();
	}

	/** The labels of a node's outputs, from the top. */
	async outputs(name: string): Promise<string[]> {
		const handles = this.page.locator(
			`[data-test-id="canvas-node-output-handle"][data-node-name="${name}"]`,
		);
		await handles.first().waitFor();
		return (await handles.allInnerTexts()).map((text) => text.trim());
	}

	/** Turns a switch of the opened node on or off. */
	async flip(parameter: string): Promise<void> {
		await this.field(parameter).locator('.el-switch').click();
	}

	/** Chooses a credential in the opened node. */
	async chooseCredential(name: string): Promise<void> {
		await this.page.getByTestId('node-credentials-select').getByRole('combobox').click();
		const items = this.page.locator('[data-test-id^="node-credentials-select-item"]');
		await items.filter({ hasText: name }).first().click();
	}

	/** The button below the canvas. */
	async execute(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').click();
	}

	/** Resolves once the node has its green tick. */
	async succeeded(name: string): Promise<void> {
		await this.node(name).getByTestId('canvas-node-status-success').waitFor();
	}

	/** What the node panel offers for a search, once it offers anything of that name. */
	async searchNodes(text: string, name: string): Promise<Locator> {
		await this.page.getByTestId('node-creator-plus-button').click();
		await this.page.getByTestId('node-creator-search-bar').fill(text);
		const found = this.page.getByTestId('node-creator-item-name').getByText(name, { exact: true });
		await found.first().waitFor();
		return found;
	}

	/** A field of the opened node, by its parameter's name. */
	field(parameter: string): Locator {
		return this.page.getByTestId(`parameter-input-${parameter}`);
	}

	/** What a drop-down field offers. */
	async choices(parameter: string): Promise<string[]> {
		const texts = await (await this.unfold(parameter)).allInnerTexts();
		await this.page.keyboard.press('Escape');
		return texts.map((text) => text.split('\n')[0] ?? '');
	}

	/** Chooses in a drop-down field. */
	async choose(parameter: string, choice: string): Promise<void> {
		const items = await this.unfold(parameter);
		await items.filter({ has: this.page.getByText(choice, { exact: true }) }).click();
	}

	/** Lets a video play up to a moment, and gives its length in seconds by the browser's own account. */
	async playVideoTo(video: Locator, seconds: number): Promise<number> {
		await video.waitFor();
		return await eventually(
			`a video's picture at ${seconds} s`,
			async () =>
				await video.evaluate((player: Player, moment: number) => {
					if (player.currentTime < moment) return undefined;
					player.pause();
					return player.duration;
				}, seconds),
		);
	}

	/** Hands a video its file as a whole: n8n serves no parts of files, without which browsers cannot seek. */
	async makeSeekable(video: Locator): Promise<void> {
		await video.evaluate(async (player: Player) => {
			const response = await fetch(player.currentSrc);
			const shown = new Promise<unknown>((resolve) => player.requestVideoFrameCallback(resolve));
			player.src = URL.createObjectURL(await response.blob());
			await shown;
		});
	}

	/** Lets a video show another moment; gives the frame's average color, and when it is due in the video. */
	async seekVideo(video: Locator, seconds: number): Promise<{ color: Color; at: number }> {
		return await video.evaluate(async (player: Player, moment: number) => {
			player.pause();
			// The event `seeked` comes before the picture does.
			const shown = new Promise<number>((resolve) => {
				player.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
			});
			player.currentTime = moment;
			const at = await shown;
			const canvas = player.ownerDocument.createElement('canvas');
			canvas.width = 1;
			canvas.height = 1;
			const pixel = canvas.getContext('2d');
			pixel.drawImage(player, 0, 0, 1, 1);
			const [red = 0, green = 0, blue = 0] = pixel.getImageData(0, 0, 1, 1).data;
			return { color: [red, green, blue] as const, at };
		}, seconds);
	}

	/** Keeps a picture of the page, or of a part of it. */
	async screenshot(name: string, part: Locator | Page = this.page): Promise<void> {
		// Menus that are still fading in would be caught half-way.
		await keepPicture(name, await part.screenshot({ animations: 'disabled' }));
	}

	/** Keeps a picture of the whole workflow, as far as there is something on the canvas. */
	async screenshotWorkflow(name: string): Promise<void> {
		await this.page.getByTestId('zoom-to-fit').click();
		const nodes = await this.page.locator('.vue-flow__node').all();
		const boxes = await Promise.all(nodes.map(async (node) => await node.boundingBox()));
		const found = boxes.filter((box) => box !== null);
		// The names of nodes stand below their boxes, and lines that lead back below these.
		const margin = 56;
		const x = Math.min(...found.map((box) => box.x)) - margin / 2;
		const y = Math.min(...found.map((box) => box.y)) - margin / 2;
		const width = Math.max(...found.map((box) => box.x + box.width)) + margin - x;
		const canvas = await this.page.getByTestId('canvas').boundingBox();
		const bottom = Math.max(...found.map((box) => box.y + box.height)) + 2 * margin;
		const height = Math.min(bottom, canvas ? canvas.y + canvas.height : bottom) - y;
		const clip = { x, y, width, height };
		const style = `[class*="executionButtons"], .vue-flow__panel { display: none; }`;
		await keepPicture(name, await this.page.screenshot({ animations: 'disabled', clip, style }));
	}

	/** Messages that lie over the page. */
	async dismissMessages(): Promise<void> {
		const close = this.page.locator('.el-notification__closeBtn');
		for (let left = await close.count(); left > 0; left -= 1) await close.first().click();
		await close.first().waitFor({ state: 'hidden' });
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	/** The items of a drop-down field's own list: others may still be fading out. */
	private async unfold(parameter: string): Promise<Locator> {
		const input = this.field(parameter).getByRole('combobox');
		await input.click();
		const listId = await input.getAttribute('aria-controls');
		const items = this.page.locator(`[id="${listId}"] [data-test-id="parameter-input-item"]`);
		await items.first().waitFor();
		return items;
	}
}

async function keepPicture(name: string, png: Buffer): Promise<void> {
	const file = path.join(SCREENSHOT_FOLDER, `${name}.png`);
	await mkdir(path.dirname(file), { recursive: true });
	await sharp(png).png({ palette: true, effort: 10 }).toFile(file);
}

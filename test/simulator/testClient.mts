import sharp from 'sharp';

import type { Simulator } from './index.mts';
import { isObject, memberAt, type JsonObject } from './json.mts';

/** A response as the tests read it. */
export interface Reply {
	status: number;
	headers: Headers;
	body: JsonObject;
	/** The member of the body at a dotted path. */
	at: (path: string) => unknown;
}

const VIDEOS = '/api/v1/services/aigc';
const IMAGE_TO_VIDEO = /kf2v/;
const FIRST_FRAME_ONLY = /^kling\/kling-v3-turbo|^happyhorse/;
/** Parameters that a vendor's models require. */
const REQUIRED_PARAMETERS: Readonly<Record<string, JsonObject>> = {
	pixverse: { resolution: '720P', duration: 5 },
	vidu: { resolution: '720P', duration: 5 },
	MiniMax: { resolution: '768P', duration: 5 },
};

/** Calls a simulator as clients of the service do. */
export class TestClient {
	constructor(private readonly simulator: Simulator) {}

	/** Any call, with the key unless the headers contain another. */
	async call(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
		const response = await fetch(`${this.simulator.url}${path}`, {
			...init,
			method,
			headers: { authorization: `Bearer ${this.simulator.key}`, ...headersOf(init) },
		});
		const parsed: unknown = JSON.parse((await response.text()) || '{}');
		const body = isObject(parsed) ? parsed : {};
		return {
			status: response.status,
			headers: response.headers,
			body,
			at: (path) => memberAt(body, path),
		};
	}

	/** A create at the path that belongs to the body's model. */
	create(body: JsonObject, headers: Record<string, string> = {}): Promise<Reply> {
		return this.call('POST', createPath(String(body.model)), {
			headers: { 'x-dashscope-async': 'enable', ...headers },
			body: JSON.stringify(body),
		});
	}

	/** The id of a task that was accepted. */
	async createTask(body: JsonObject, headers: Record<string, string> = {}): Promise<string> {
		const reply = await this.create(body, headers);
		const id = reply.at('output.task_id');
		if (typeof id !== 'string') throw new Error(`Refused: ${JSON.stringify(reply.body)}`);
		return id;
	}

	query(id: string): Promise<Reply> {
		return this.call('GET', `/api/v1/tasks/${id}`);
	}

	cancel(id: string): Promise<Reply> {
		return this.call('POST', `/api/v1/tasks/${id}/cancel`);
	}

	list(query = ''): Promise<Reply> {
		return this.call('GET', `/api/v1/tasks${query}`);
	}
}

function headersOf({ headers }: RequestInit): Record<string, string> {
	return Object.fromEntries(new Headers(headers));
}

/** The path under which a model creates videos. */
export function createPath(model: string): string {
	const vendor = model.includes('/');
	const service = IMAGE_TO_VIDEO.test(model) && !vendor ? 'image2video' : 'video-generation';
	return `${VIDEOS}/${service}/video-synthesis`;
}

/** A plain picture in a format of choice. */
export async function picture(
	width: number,
	height: number,
	color: string,
	format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png',
): Promise<Buffer> {
	return sharp({ create: { width, height, channels: 3, background: color } })
		.toFormat(format)
		.toBuffer();
}

/** A PNG as a data URI. */
export function pngUri(bytes: Buffer): string {
	return `data:image/png;base64,${bytes.toString('base64')}`;
}

/** The URLs of two frames. */
export interface FrameUrls {
	first: string;
	last: string;
}

/** The least body that a model accepts, with changed or added `parameters` and `input`. */
export function bodyFor(
	model: string,
	{ first, last }: FrameUrls,
	changes: { parameters?: JsonObject; input?: JsonObject } = {},
): JsonObject {
	return {
		model,
		input: { ...inputFor(model, first, last), ...changes.input },
		parameters: { ...parametersFor(model), ...changes.parameters },
	};
}

function inputFor(model: string, first: string, last: string): JsonObject {
	if (createPath(model).includes('image2video')) {
		return { prompt: 'a dance', first_frame_url: first, last_frame_url: last };
	}
	if (model.startsWith('wan2.6')) return { prompt: 'a dance', img_url: first };
	const [one, other] = model.startsWith('vidu/')
		? ['image', 'image']
		: ['first_frame', 'last_frame'];
	const media = [
		{ type: one, url: first },
		{ type: other, url: last },
	];
	return { prompt: 'a dance', media: FIRST_FRAME_ONLY.test(model) ? media.slice(0, 1) : media };
}

function parametersFor(model: string): JsonObject {
	const [vendor = ''] = model.split('/');
	return REQUIRED_PARAMETERS[vendor] ?? {};
}

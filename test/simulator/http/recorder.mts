import type { IncomingHttpHeaders } from 'node:http';

import type { RequestKind } from './faults.mts';
import type { JsonObject } from '../json.mts';

/** A request as it arrived and was answered. */
export interface RecordedRequest {
	readonly atMs: number;
	readonly kind: RequestKind;
	readonly method: string;
	/** Without the query. */
	readonly path: string;
	readonly query: Readonly<Record<string, unknown>>;
	readonly headers: IncomingHttpHeaders;
	/** The JSON of the body, where it is an object. */
	readonly body: JsonObject | undefined;
	/** Undefined while the request is open, and where it was never answered. */
	readonly status: number | undefined;
}

type Entry = { -readonly [Member in keyof RecordedRequest]: RecordedRequest[Member] };

/** Keeps every request in order of arrival, by the framework's own object for it. */
export class Recorder {
	readonly requests: RecordedRequest[] = [];
	private readonly entries = new WeakMap<object, Entry>();
	private readonly held = new Set<object>();
	private openCount = 0;

	get open(): number {
		return this.openCount;
	}

	/** Of the open ones, those that are silent on purpose. */
	get heldBack(): number {
		return this.held.size;
	}

	arrived(key: object, request: Omit<RecordedRequest, 'body' | 'status'>): void {
		const entry = { ...request, body: undefined, status: undefined };
		this.entries.set(key, entry);
		this.requests.push(entry);
		this.openCount += 1;
	}

	parsed(key: object, body: JsonObject | undefined): void {
		const entry = this.entries.get(key);
		if (entry !== undefined) entry.body = body;
	}

	answering(key: object, status: number): void {
		const entry = this.entries.get(key);
		if (entry !== undefined) entry.status = status;
	}

	/** The request is silent on purpose from now on, until it is released or closed. */
	hold(key: object): void {
		this.held.add(key);
	}

	release(key: object): void {
		this.held.delete(key);
	}

	closed(key: object): RecordedRequest | undefined {
		this.release(key);
		this.openCount -= 1;
		return this.entries.get(key);
	}
}

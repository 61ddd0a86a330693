import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { FAULT_SCHEMA, type Fault, type FaultQueue, type RequestKind } from './faults.mts';
import { deliver, isHeldBack, planDelivery } from './delivery.mts';
import { workWithFault } from './faultyWork.mts';
import { isObject, memberAt, parseObject } from '../json.mts';
import { Recorder, type RecordedRequest } from './recorder.mts';
import { storeResponse, type ServiceResponse } from '../api/response.mts';
import type { Call, DashScopeService } from '../api/service.mts';
import { storeRefusal } from '../api/storeRefusals.mts';
import { receiveUpload } from './uploadForm.mts';
import { MAX_FILE_BYTES } from '../api/uploads.mts';

declare module 'fastify' {
	interface FastifyContextConfig {
		kind?: RequestKind;
	}
}

/** A file that is served under an address of its own. */
export interface ServedFile {
	bytes: Buffer;
	contentType: string;
}

/** What the server hands its requests to. */
export interface ServerParts {
	service: () => DashScopeService;
	faults: FaultQueue;
	recorder: Recorder;
	files: ReadonlyMap<string, ServedFile>;
	gzip: boolean;
	faultsOverHttp: boolean;
	onAnswered: (request: RecordedRequest) => void;
}

/** Where a simulator accepts faults, if it is to. */
export const FAULTS_PATH = '/simulator/faults';

// Two data URIs of 10 MiB fit with room to spare; an upload brings a file of at most 100 MB.
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const FORM_LIMIT_BYTES = MAX_FILE_BYTES + 2 * 1024 * 1024;

type Handler = (request: FastifyRequest, call: Call) => ServiceResponse | Promise<ServiceResponse>;

interface Route {
	kind: RequestKind;
	method: 'GET' | 'POST';
	path: string;
	handler: Handler;
}

/** The HTTP shell: records, applies faults, and hands every call to the service. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
	const app = Fastify({
		bodyLimit: BODY_LIMIT_BYTES,
		forceCloseConnections: true,
		routerOptions: { ignoreTrailingSlash: true },
		ajv: { customOptions: { discriminator: true, removeAdditional: false, coerceTypes: false } },
	});
	app.removeAllContentTypeParsers();
	await app.register(multipart, { limits: { fileSize: MAX_FILE_BYTES + 1, parts: 20 } });
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	observe(app, parts);
	for (const route of routes(parts)) {
		app.route({
			method: route.method,
			url: route.path,
			bodyLimit: route.kind === 'upload' ? FORM_LIMIT_BYTES : BODY_LIMIT_BYTES,
			config: { kind: route.kind },
			handler: async (request, reply) => handle(parts, route, request, reply),
		});
	}
	app.setNotFoundHandler(async (request, reply) => {
		const handler: Handler = () => ({
			kind: 'json',
			status: 404,
			body: { code: 'NotFound', message: 'Not Found', request_id: randomUUID() },
		});
		await handle(
			parts,
			{ kind: 'other', method: 'GET', path: request.url, handler },
			request,
			reply,
		);
	});
	// The check of what comes there takes 60 ms to compile, and few simulators need it.
	if (parts.faultsOverHttp) await app.register(async (child) => acceptFaults(child, parts.faults));
	return app;
}

function observe(app: FastifyInstance, { recorder, onAnswered }: ServerParts): void {
	app.addHook('onRequest', (request, reply, next) => {
		recorder.arrived(request, {
			atMs: Date.now(),
			kind: request.routeOptions.config.kind ?? 'other',
			method: request.method,
			path: pathOf(request),
			query: queryOf(request),
			headers: request.headers,
		});
		reply.raw.once('close', () => {
			const recorded = recorder.closed(request);
			if (recorded !== undefined) onAnswered(recorded);
		});
		next();
	});
	app.addHook('onSend', (request, reply, payload, next) => {
		recorder.answering(request, reply.statusCode);
		next(null, payload);
	});
}

function routes({ service, files }: ServerParts): Route[] {
	const videos = '/api/v1/services/aigc';
	return [
		{
			kind: 'create',
			method: 'POST',
			path: `${videos}/video-generation/video-synthesis`,
			handler: (_request, call) => service().create('video-generation', call),
		},
		{
			kind: 'create',
			method: 'POST',
			path: `${videos}/image2video/video-synthesis`,
			handler: (_request, call) => service().create('image2video', call),
		},
		{
			kind: 'list',
			method: 'GET',
			path: '/api/v1/tasks',
			handler: (_request, call) => service().list(call),
		},
		{
			kind: 'query',
			method: 'GET',
			path: '/api/v1/tasks/:taskId',
			handler: (request, call) => service().query(taskIdOf(request) ?? '', call),
		},
		{
			kind: 'cancel',
			method: 'POST',
			path: '/api/v1/tasks/:taskId/cancel',
			handler: (request, call) => service().cancel(taskIdOf(request) ?? '', call),
		},
		{
			kind: 'policy',
			method: 'GET',
			path: '/api/v1/uploads',
			handler: (_request, call) => service().policy(call),
		},
		{
			kind: 'models',
			method: 'GET',
			path: '/api/v1/models',
			handler: (_request, call) => service().models(call),
		},
		{
			kind: 'limits',
			method: 'GET',
			path: '/api/v1/models/limits',
			handler: (_request, call) => service().limits(call),
		},
		{
			kind: 'upload',
			method: 'POST',
			path: '/oss',
			handler: async (request) => receiveUpload(request, (form) => service().upload(form)),
		},
		{
			kind: 'result',
			method: 'GET',
			path: '/results/:taskId/:name',
			handler: (request, call) =>
				service().result(taskIdOf(request) ?? '', pathPart(request, 'name') ?? '', call),
		},
		{
			kind: 'file',
			method: 'GET',
			path: '/files/*',
			handler: (request) => {
				const file = files.get(decodeURIComponent(pathOf(request)));
				return file === undefined
					? storeResponse(storeRefusal('NoSuchKey'))
					: { kind: 'bytes', status: 200, headers: {}, ...file };
			},
		},
	];
}

async function handle(
	parts: ServerParts,
	route: Route,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const service = parts.service();
	const text = Buffer.isBuffer(request.body) ? request.body.toString() : '';
	const body = parseObject(text);
	parts.recorder.parsed(request, body);
	const atMs = service.now();
	const call: Call = { headers: request.headers, query: queryOf(request), text, atMs };
	const taskId = taskIdOf(request);
	const fault = parts.faults.take({
		kind: route.kind,
		atMs,
		taskId,
		prompt: memberAt(body, 'input.prompt'),
		task: service.taskTimes(taskId),
	});
	const work = (changed: Call) => route.handler(request, changed);
	const pause = async (ms: number) => {
		parts.recorder.hold(request);
		await passOrClose(ms, reply.raw);
		parts.recorder.release(request);
	};
	const response =
		fault === undefined
			? await work(call)
			: await workWithFault(fault, { call, taskId, work, service, pause });
	const gzip = parts.gzip && String(request.headers['accept-encoding']).includes('gzip');
	const delivery = planDelivery(response, fault, gzip, randomUUID());
	if ('status' in delivery) parts.recorder.answering(request, delivery.status);
	if (isHeldBack(delivery) && !reply.raw.closed) parts.recorder.hold(request);
	deliver(delivery, reply, request.raw.socket);
	return reply;
}

/** Waits, at most until the client has disconnected. */
async function passOrClose(ms: number, response: ServerResponse): Promise<void> {
	await new Promise<void>((resolve) => {
		const timer = setTimeout(resolve, ms);
		response.once('close', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

function acceptFaults(child: FastifyInstance, faults: FaultQueue): void {
	child.removeAllContentTypeParsers();
	child.addContentTypeParser(
		'application/json',
		{ parseAs: 'string' },
		child.getDefaultJsonParser('error', 'error'),
	);
	child.post<{ Body: Fault }>(
		FAULTS_PATH,
		{ schema: { body: FAULT_SCHEMA } },
		async (request, reply) => {
			faults.add(request.body);
			return reply.code(204).send();
		},
	);
	child.delete(FAULTS_PATH, async (_request, reply) => {
		faults.clear();
		return reply.code(204).send();
	});
}

function pathOf(request: FastifyRequest): string {
	return request.url.split('?', 1).join('');
}

function queryOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
	return isObject(request.query) ? request.query : {};
}

function taskIdOf(request: FastifyRequest): string | undefined {
	return pathPart(request, 'taskId');
}

function pathPart(request: FastifyRequest, name: string): string | undefined {
	const part = memberAt(request.params, name);
	return typeof part === 'string' ? part : undefined;
}

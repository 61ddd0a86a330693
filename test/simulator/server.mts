import { randomUUID } from 'node:crypto';

import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { FAULT_SCHEMA, type Fault, type FaultQueue, type RequestKind } from './faults.mts';
import { perform, planDelivery, replacesAnswer } from './delivery.mts';
import { isObject, memberAt, parseObject } from './json.mts';
import { Recorder, type RecordedRequest } from './recorder.mts';
import { storeResponse, type ServiceResponse } from './response.mts';
import { LATE_FAILURE_MS, type Call, type DashScopeService } from './service.mts';
import { MAX_FILE_BYTES, type UploadForm } from './uploads.mts';

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
	onAnswered: (request: RecordedRequest) => void;
}

/** Where the faults are told to a simulator that runs by itself. */
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
	await app.register(async (child) => takeFaults(child, parts.faults));
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
			handler: async (request) => upload(request, service()),
		},
		{
			kind: 'result',
			method: 'GET',
			path: '/results/:taskId/:name',
			handler: (request, call) => service().result(taskIdOf(request) ?? '', call),
		},
		{
			kind: 'file',
			method: 'GET',
			path: '/files/*',
			handler: (request) => {
				const file = files.get(decodeURIComponent(pathOf(request)));
				return file === undefined
					? storeResponse({ status: 404, code: 'NoSuchKey', message: 'The key does not exist.' })
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
	const text = Buffer.isBuffer(request.body) ? request.body.toString() : '';
	parts.recorder.parsed(request, parseObject(text));
	const call: Call = { headers: request.headers, query: queryOf(request), text, atMs: Date.now() };
	const fault = parts.faults.take(route.kind, taskIdOf(request));
	const strikesFirst =
		fault !== undefined && replacesAnswer(fault) && !('when' in fault && fault.when === 'after');
	if (fault?.effect === 'failTask') failAsked(parts.service(), fault, taskIdOf(request));
	const answer = strikesFirst ? undefined : await route.handler(request, call);
	if (fault?.effect === 'failTask') failCreated(parts.service(), fault, answer);

	const gzip = parts.gzip && String(request.headers['accept-encoding']).includes('gzip');
	const delivery = planDelivery(answer, fault, gzip, randomUUID());
	if ('status' in delivery) parts.recorder.answering(request, delivery.status);
	perform(delivery, reply, request.raw.socket);
	return reply;
}

type FailTask = Fault & { effect: 'failTask' };

function failAsked(service: DashScopeService, fault: FailTask, id: string | undefined): void {
	if (id !== undefined) failTask(service, fault, id, Date.now());
}

function failCreated(
	service: DashScopeService,
	fault: FailTask,
	answer: ServiceResponse | undefined,
): void {
	if (fault.on !== 'create' || answer?.kind !== 'json') return;
	const id = memberAt(answer.body, 'output.task_id');
	if (typeof id === 'string') failTask(service, fault, id, Date.now() + LATE_FAILURE_MS);
}

function failTask(service: DashScopeService, fault: FailTask, id: string, atMs: number): void {
	const { code, message } = fault;
	service.tasks.fail(
		id,
		fault.at === 'end' ? { code, message, when: 'end' } : { code, message, when: 'at', atMs },
	);
}

async function upload(
	request: FastifyRequest,
	service: DashScopeService,
): Promise<ServiceResponse> {
	const refuse = (status: number, code: string, message: string): ServiceResponse =>
		storeResponse({ status, code, message });
	if (request.headers.authorization !== undefined) {
		return refuse(400, 'InvalidArgument', 'Only one auth mechanism allowed.');
	}
	if (request.headers['content-length'] === undefined) {
		return refuse(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
	}
	if (!request.isMultipart()) {
		return refuse(
			412,
			'PreconditionFailed',
			'Bucket POST must be of the type multipart/form-data.',
		);
	}
	return service.upload(await readForm(request));
}

async function readForm(request: FastifyRequest): Promise<UploadForm> {
	const names: string[] = [];
	const values = new Map<string, string>();
	let file: Buffer | undefined;
	for await (const part of request.parts()) {
		names.push(part.fieldname);
		if (part.type === 'file') file = await readPart(part.file);
		else values.set(part.fieldname, String(part.value));
	}
	return { names, values, file };
}

async function readPart(stream: AsyncIterable<Buffer>): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}

function takeFaults(child: FastifyInstance, faults: FaultQueue): void {
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
	const id = memberAt(request.params, 'taskId');
	return typeof id === 'string' ? id : undefined;
}

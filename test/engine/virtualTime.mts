/**
 * Minutes of waiting in milliseconds of test time: timers, Date and performance.now() are
 * fake, sockets are real, and
 * the clock jumps to the next timer only once real I/O has come to rest.
 */
import { onTestFinished, vi } from 'vitest';
import { watchNetwork } from './networkActivity.mts';

const realSetTimeout = setTimeout;
const realSetImmediate = setImmediate;
const realPerformance = performance;
const realNowMs = performance.now.bind(performance);

/** How far performance.now() is ahead of the real one: it must not go back when virtual hours are over. */
let aheadMs = 0;

/** So many rounds of the event loop in a row must be without I/O, and none may be late: a late one tells of a busy machine. */
const QUIET_ROUNDS = 6;
const LATE_ROUND_MS = 6;
/** Work in Node's thread pool, such as unpacking an answer, is not visible: the last of the quiet rounds waits for it. */
const ROUND_MS = 1;
/** While bytes move, rounds do not wait: a server of this process answers within a few milliseconds. */
const MOVING_MS = 5;
/** What takes longer happens in other threads, which need the processor that empty rounds would take. */
const SPINNING_MS = 0.3;
/** Later, longer rounds leave the processor idle. */
const BUSY_ROUND_MS = 3;
/**
 * A request that is open but silent for this long, in an idle process, waits for a timer itself, e.g.
 * a server that delays its answer; jumping is then the only way forward.
 */
const SILENT_REQUEST_MS = 6_000;
/**
 * A server that computes its answer (e.g. a video) in other threads is silent too, but uses the
 * processor. Waiting here takes 2 % of one core (measured), computing most of one,
 * 10 % on a machine that many share (measured).
 */
const COMPUTING_SHARE = 0.05;
/** In less time the rounds themselves use more than that share (measured): nothing can be told from it. */
const MEASURABLE_MS = 40;
/** Longer than any pause in real work on a busy machine, shorter than the time-out of a test. */
const STUCK_MS = 10_000;
/** Twice the day for which the service keeps a task: whoever waits longer never ends. */
const LONGEST_WAIT_MS = 48 * 3_600_000;

export interface VirtualTime {
	/** Drives the clock until the promise settles and gives its value or throws its reason. */
	run<T>(promise: PromiseLike<T>): Promise<T>;
	/** Lets so many virtual milliseconds pass. */
	pass(ms: number): Promise<void>;
	/** Virtual milliseconds since `useVirtualTime()`. */
	elapsedMs(): number;
	/** Goes back to real time; happens by itself at the end of the test. */
	restore(): void;
}

export interface VirtualTimeOptions {
	/** What the clock shows at the start; the real time if left out. */
	startMs?: number;
	/** With no timer to jump to, how long the promise may stay unsettled, in real time. */
	stuckMs?: number;
	/** How long an open request must be silent to count as one that waits for a timer, in real time. */
	silentRequestMs?: number;
	/** How many requests a server of this process leaves silent on purpose, so that nothing waits for them. */
	heldRequests?: () => number;
	/** How far the clock goes beyond the timer that it jumps to, as if the event loop had been busy; default 0. */
	stepMs?: number;
}

/** Replaces setTimeout, setInterval, their clears, Date and performance for the rest of this test. */
export function useVirtualTime(options: VirtualTimeOptions = {}): VirtualTime {
	const { stuckMs = STUCK_MS, silentRequestMs = SILENT_REQUEST_MS, stepMs = 0 } = options;
	const startedAtMs = options.startMs ?? Date.now();
	const network = watchNetwork(options.heldRequests);
	vi.useFakeTimers({
		now: startedAtMs,
		toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
	});
	// A fake clock begins at 0, but what a test's process remembers is of the clock before. Whole
	// milliseconds, so that times add up exactly.
	const baseMs = Math.ceil(realNowMs() + aheadMs);
	const sinceStartMs = performance.now.bind(performance);
	performance.now = () => baseMs + sinceStartMs();
	let isRestored = false;
	const restore = () => {
		if (isRestored) return;
		isRestored = true;
		network.stop();
		aheadMs = performance.now() - realNowMs();
		vi.useRealTimers();
		realPerformance.now = () => realNowMs() + aheadMs;
	};
	onTestFinished(restore);
	const elapsedMs = () => Date.now() - startedAtMs;

	async function ioAtRest(settled: () => boolean): Promise<void> {
		let quietRounds = 0;
		let progress = network.progress();
		/** A round counts for a few milliseconds at most: a pause of the whole process is no silence. */
		let unmovedMs = 0;
		let processor: NodeJS.CpuUsage | undefined;
		while (!settled()) {
			const tookMs = await realRound(waitMs(quietRounds, unmovedMs));
			const moved = network.progress() !== progress;
			unmovedMs += Math.min(tookMs, LATE_ROUND_MS);
			if (moved) {
				progress = network.progress();
				unmovedMs = 0;
				processor = undefined;
			}
			const quiet = !moved && !network.busy() && tookMs < LATE_ROUND_MS;
			quietRounds = quiet ? quietRounds + 1 : 0;
			if (quietRounds >= QUIET_ROUNDS) return;
			if (unmovedMs < MOVING_MS) continue;
			processor ??= process.cpuUsage();
			if (unmovedMs - MOVING_MS < silentRequestMs) continue;
			const { user, system } = process.cpuUsage(processor);
			const isComputing = (user + system) / 1_000 >= COMPUTING_SHARE * (unmovedMs - MOVING_MS);
			if (silentRequestMs < MEASURABLE_MS || !isComputing) return;
			unmovedMs = 0;
			processor = undefined;
		}
	}

	/** How long the next round lasts at least. */
	function waitMs(quietRounds: number, unmovedMs: number): number {
		if (network.busy()) {
			if (unmovedMs < SPINNING_MS) return 0;
			return unmovedMs < MOVING_MS ? ROUND_MS : BUSY_ROUND_MS;
		}
		return quietRounds < QUIET_ROUNDS - 1 ? 0 : ROUND_MS;
	}

	const time: VirtualTime = {
		elapsedMs,
		restore,
		pass: async (ms) => await time.run(new Promise((resolve) => setTimeout(resolve, ms))),
		async run(promise) {
			let settled = false;
			const settle = () => {
				settled = true;
			};
			promise.then(settle, settle);
			let aliveAtMs = realNowMs();
			let progress = network.progress();
			for (;;) {
				await ioAtRest(() => settled);
				if (settled) return await promise;
				if (network.progress() !== progress) {
					progress = network.progress();
					aliveAtMs = realNowMs();
				}
				if (vi.getTimerCount() > 0) {
					// Its asynchronous form waits for two real timers; what follows waits for all that is due.
					vi.advanceTimersToNextTimer();
					if (stepMs > 0) await vi.advanceTimersByTimeAsync(stepMs);
					aliveAtMs = realNowMs();
				} else if (realNowMs() - aliveAtMs > stuckMs) {
					const state = network.busy() ? 'a request is open but silent' : 'no request is open';
					throw new Error(
						`Stuck after ${elapsedMs()} virtual ms: no timer is pending and ${state}.`,
					);
				}
				if (elapsedMs() > LONGEST_WAIT_MS) {
					throw new Error(`Still waiting after ${elapsedMs()} virtual ms.`);
				}
			}
		},
	};
	return time;
}

/** Lets real time pass and everything that is due happen; gives how long that took. */
async function realRound(atLeastMs: number): Promise<number> {
	const startMs = realNowMs();
	if (atLeastMs > 0) await new Promise<void>((resolve) => realSetTimeout(resolve, atLeastMs));
	await new Promise<void>((resolve) => realSetImmediate(resolve));
	return realNowMs() - startMs;
}

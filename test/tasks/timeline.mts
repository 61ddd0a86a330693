/** Virtual time for thousands of short histories. */

interface Appointment {
	readonly atMs: number;
	readonly order: number;
	readonly happen: () => void;
}

export class Timeline {
	private readonly appointments: Appointment[] = [];
	private made = 0;

	constructor(private ms: number) {}

	/** Milliseconds since 1970. */
	now(): number {
		return this.ms;
	}

	/** Calls back at a moment, or at once if that is over. */
	at(atMs: number, happen: () => void): void {
		const appointment = { atMs: Math.max(atMs, this.ms), order: this.made++, happen };
		const later = this.appointments.findIndex((other) => other.atMs > appointment.atMs);
		this.appointments.splice(later < 0 ? this.appointments.length : later, 0, appointment);
	}

	async pass(ms: number): Promise<void> {
		await new Promise<void>((resolve) => this.at(this.ms + ms, resolve));
	}

	/** Lets everything happen up to a moment. */
	async runTo(endMs: number): Promise<void> {
		for (;;) {
			await settled();
			const next = this.appointments[0];
			if (next === undefined || next.atMs > endMs) break;
			this.appointments.shift();
			this.ms = next.atMs;
			next.happen();
		}
		this.ms = Math.max(this.ms, endMs);
	}
}

/** Lets all that is due without time passing come to its end. */
async function settled(): Promise<void> {
	await new Promise<void>((resolve) => setImmediate(resolve));
}

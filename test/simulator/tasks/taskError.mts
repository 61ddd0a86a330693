/** Why a task ends FAILED: its `output.code` and `output.message`. */
export interface TaskError {
	code: string;
	message: string;
}

/** What a check finds: a value, or why the task fails. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: TaskError };

/** A task error with the code that most of them have. */
export function invalidParameter(message: string): TaskError {
	return { code: 'InvalidParameter', message };
}

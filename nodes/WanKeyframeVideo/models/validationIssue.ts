/** One thing to correct in one field. */
export interface ValidationIssue {
	/** The label of the field, as the editor shows it. */
	readonly label: string;
	/** The rest of a sentence that begins with the label: what is there and what may be there. */
	readonly problem: string;
	/** What to do, as a whole sentence, where the problem does not say it. */
	readonly advice?: string;
}

/** The operations as the node's 'Operation' field names them, for messages that send the user to one. */
export const OPERATION_NAMES = {
	cancel: 'Cancel',
	create: 'Create',
	getMany: 'Get Many',
	getStatus: 'Get Status',
	wait: 'Wait',
} as const;

export type OperationId = keyof typeof OPERATION_NAMES;

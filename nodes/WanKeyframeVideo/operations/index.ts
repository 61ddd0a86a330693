import { create } from './create';
import { getStatus } from './getStatus';
import type { Operation } from './operation';
import { wait } from './wait';

/** All operations, in the order of the node's 'Operation' field. A new one is one entry here. */
export const OPERATIONS: readonly Operation[] = [create, getStatus, wait];

import { describeSlices } from './describeSlices.ts';

describeSlices({ shapes: 1 });

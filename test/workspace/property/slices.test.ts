import { describeSlices } from './describeSlices.ts';

describeSlices({ shapes: 2 });

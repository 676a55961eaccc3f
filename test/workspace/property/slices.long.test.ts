import { describeSlices } from './describeSlices.ts';

// Some four seconds a shape and Yarn: SHIPYARN_SHAPES=150 takes half an hour.
describeSlices({ first: 12, shapes: 20 });

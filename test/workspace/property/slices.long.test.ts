import { describeSlices } from './describeSlices.ts';

// Some two and a half seconds a shape and Yarn on two idle cores. SHIPYARN_SHAPES=150 takes twenty minutes.
describeSlices({ first: 12, shapes: 25 });

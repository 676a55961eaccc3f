import { afterAll } from 'vitest';
import { endFile } from './whenFileEnds.ts';

// Vitest's set-up file: runs before each test file, so that this hook is the last one of all.
afterAll(endFile);

/** Node's `crypto`, loaded when it is first needed: that takes longer than many a preview needs for all its files. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

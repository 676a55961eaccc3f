/** Stands in the bundle for packages that our dependencies import and that nothing here makes them use. */
export default {};

/** The package ships no types of its own. */
declare module 'conventional-changelog-conventionalcommits' {
  export default function createPreset(config?: object): object;
}

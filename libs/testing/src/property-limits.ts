import fc from 'fast-check';

/** What fails is made smaller for so long at most; without a limit a worker of jest would search on after its test has failed. */
const LONGEST_MS = 60_000;

fc.configureGlobal({ interruptAfterTimeLimit: LONGEST_MS });
